package io.ckptaudit.job.report;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A number as it was typed: exact, with any number of digits, or one of NaN, ±infinity and −0.
 *
 * <p>{@code toOdd} is the number rounded to a double by von Neumann's rule: where it is not exactly
 * a double, to the one of its two neighbours whose code is odd. Rounding that double to a format of
 * at most 51 significant bits gives the same code as rounding the number itself, once. It also
 * carries the sign of zero and what is not finite; {@code exact} is zero then. Source: Boldo and
 * Melquiond, "Emulation of a FMA and correctly rounded sums: proved algorithms using rounding to
 * odd", IEEE Trans. Computers 57 (2008).
 */
record ExactNumber(BigDecimal exact, double toOdd) {

  private static final Pattern SYNTAX =
      Pattern.compile(
          "(?<sign>[+-]?)(?:(?<factor>[0-9.]+(?:e[+-]?[0-9]+)?)(?:[*×x](?=2\\^))?)?"
              + "(?:2\\^(?<power>[+-]?[0-9]+))?");
  private static final Pattern DECIMAL = Pattern.compile("([0-9]+\\.?[0-9]*|\\.[0-9]+)(e.*)?");
  private static final int LONGEST = 1200;
  private static final int HIGHEST_POWER = 3000;
  private static final int HIGHEST_EXPONENT = 900;

  static ExactNumber of(double value) {
    return new ExactNumber(Double.isFinite(value) ? new BigDecimal(value) : BigDecimal.ZERO, value);
  }

  /**
   * Reads a decimal, a power of two or a product of both ({@code 1e-8}, {@code 2^-24}, {@code
   * 2047×2^5}), or a special word.
   *
   * @throws IllegalArgumentException naming what can be read
   */
  static ExactNumber parse(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    return switch (lower) {
      case "nan", "+nan", "-nan" -> of(Double.NaN);
      case "inf", "+inf", "infinity", "+infinity" -> of(Double.POSITIVE_INFINITY);
      case "-inf", "-infinity" -> of(Double.NEGATIVE_INFINITY);
      default -> parseFinite(text, lower);
    };
  }

  private static ExactNumber parseFinite(String text, String lower) {
    Matcher matcher = SYNTAX.matcher(lower);
    boolean readable = lower.length() <= LONGEST && matcher.matches();
    String factor = readable ? matcher.group("factor") : null;
    String power = readable ? matcher.group("power") : null;
    boolean product = factor != null && power != null && lower.matches(".*[*×x]2\\^.*");
    boolean one = (factor == null) != (power == null);
    if (!product && !one || factor != null && !DECIMAL.matcher(factor).matches()) {
      throw unreadable(text);
    }
    BigDecimal magnitude = factor == null ? BigDecimal.ONE : decimal(text, factor);
    if (power != null) {
      magnitude = magnitude.multiply(powerOfTwo(text, power));
    }
    return of(withinReach(text, magnitude), matcher.group("sign").equals("-"));
  }

  private static BigDecimal decimal(String text, String factor) {
    try {
      return withinReach(text, new BigDecimal(factor));
    } catch (NumberFormatException e) {
      throw beyondReach(text);
    }
  }

  private static BigDecimal powerOfTwo(String text, String power) {
    BigInteger exponent = new BigInteger(power);
    if (exponent.abs().compareTo(BigInteger.valueOf(HIGHEST_POWER)) > 0) {
      throw beyondReach(text);
    }
    BigDecimal scale = BigDecimal.valueOf(2).pow(exponent.abs().intValueExact());
    return exponent.signum() < 0 ? BigDecimal.ONE.divide(scale) : scale;
  }

  private static BigDecimal withinReach(String text, BigDecimal value) {
    if (value.signum() == 0) {
      return BigDecimal.ZERO;
    }
    long exponent = (long) value.precision() - value.scale() - 1;
    if (Math.abs(exponent) > HIGHEST_EXPONENT) {
      throw beyondReach(text);
    }
    return value;
  }

  private static ExactNumber of(BigDecimal magnitude, boolean negative) {
    if (magnitude.signum() == 0) {
      return of(negative ? -0.0 : 0.0);
    }
    BigDecimal exact = negative ? magnitude.negate() : magnitude;
    return new ExactNumber(exact, roundToOdd(exact));
  }

  private static double roundToOdd(BigDecimal exact) {
    double nearest = exact.doubleValue();
    if (Double.isInfinite(nearest)) {
      return Math.copySign(Double.MAX_VALUE, nearest);
    }
    int order = exact.compareTo(new BigDecimal(nearest));
    if (order == 0 || (Double.doubleToRawLongBits(nearest) & 1) == 1) {
      return nearest;
    }
    return order > 0 ? Math.nextUp(nearest) : Math.nextDown(nearest);
  }

  boolean isFinite() {
    return Double.isFinite(toOdd);
  }

  boolean isZero() {
    return toOdd == 0;
  }

  /** The number rounded once to the nearest double, ties to even. */
  double nearest() {
    return isFinite() && !isZero() ? exact.doubleValue() : toOdd;
  }

  private static IllegalArgumentException unreadable(String text) {
    return new IllegalArgumentException(
        "Cannot explain VALUE '"
            + abridged(text)
            + "': it is neither a number nor a code; give a decimal as 1e-8, a power as 2^-24, a"
            + " code as 0x3C00 or 0b0011110000000000, or one of nan, inf, -inf, -0");
  }

  private static IllegalArgumentException beyondReach(String text) {
    return new IllegalArgumentException(
        "Cannot explain VALUE '"
            + abridged(text)
            + "': its magnitude is beyond 1e-900 to 1e+900; give one nearer to the formats, which"
            + " end at 4.9e-324 and 1.8e+308");
  }

  /** At most 40 characters of what was typed, for a message or a title. */
  static String abridged(String text) {
    return text.length() <= 40 ? text : text.substring(0, 37) + "...";
  }
}
