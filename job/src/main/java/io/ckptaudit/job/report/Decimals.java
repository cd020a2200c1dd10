package io.ckptaudit.job.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * Decimal text of exact numbers, in the notation of Python: {@code 65504}, {@code 5.96e-08}. ASCII
 * only, since a terminal without UTF-8 would print question marks.
 */
final class Decimals {

  private static final int LOWEST_PLAIN_EXPONENT = -4;
  private static final int LOWEST_EXACT_PLAIN_EXPONENT = -10;
  private static final int DIGITS_OF_LONG_VALUES = 34;

  private Decimals() {}

  /** Rounded to at most so many digits, and to fewer until it fits the width. */
  static String brief(BigDecimal value, int digits, int width) {
    for (int d = digits; d > 1; d--) {
      String text = rounded(value, d);
      if (text.length() <= width) {
        return text;
      }
    }
    return rounded(value, 1);
  }

  /** As {@link #brief} for a value that may be NaN, infinite or −0. */
  static String brief(double value, int digits, int width) {
    if (!Double.isFinite(value) || value == 0) {
      return special(value);
    }
    return brief(new BigDecimal(value), digits, width);
  }

  /**
   * Exact where it fits the width, else rounded, marked by a tilde, with the number of its digits.
   */
  static String exact(BigDecimal value, int width) {
    BigDecimal stripped = value.stripTrailingZeros();
    if (exponent(stripped) >= LOWEST_EXACT_PLAIN_EXPONENT) {
      String plain = stripped.toPlainString();
      if (plain.length() <= width) {
        return plain;
      }
    }
    String full = scientific(stripped);
    return full.length() <= width
        ? full
        : "~ "
            + scientific(stripped.round(toDigits(DIGITS_OF_LONG_VALUES)))
            + " ("
            + stripped.precision()
            + " digits)";
  }

  /** Every digit, with an exponent. */
  static String scientific(BigDecimal value) {
    BigDecimal stripped = value.stripTrailingZeros();
    String digits = stripped.unscaledValue().abs().toString();
    return (stripped.signum() < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + String.format(Locale.ROOT, "e%+03d", exponent(stripped));
  }

  /** The word for a value that is zero or not finite. */
  static String special(double value) {
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    return Double.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
  }

  private static String rounded(BigDecimal value, int digits) {
    BigDecimal rounded = value.round(toDigits(digits)).stripTrailingZeros();
    if (rounded.signum() == 0) {
      return "0";
    }
    int exponent = exponent(rounded);
    boolean plain = exponent >= LOWEST_PLAIN_EXPONENT && exponent < digits;
    return plain ? rounded.toPlainString() : scientific(rounded);
  }

  private static MathContext toDigits(int digits) {
    return new MathContext(digits, RoundingMode.HALF_EVEN);
  }

  private static int exponent(BigDecimal value) {
    return value.precision() - value.scale() - 1;
  }
}
