package io.ckptaudit.udfs.testing;

import java.math.BigDecimal;
import java.util.function.ToIntFunction;

/**
 * The oracle of rounding: whether a double is the nearest one, ties to even, of a real number that
 * can only be compared with decimals. Takes nothing from the code under test.
 */
public final class NearestDouble {

  private static final BigDecimal TWO = BigDecimal.valueOf(2);
  private static final BigDecimal BEYOND = TWO.pow(1024);

  private NearestDouble() {}

  /** Of a number itself. */
  public static boolean is(double actual, BigDecimal exact) {
    return is(actual, exact::compareTo);
  }

  /** Of numerator / denominator, for a positive denominator. */
  public static boolean isQuotient(double actual, BigDecimal numerator, BigDecimal denominator) {
    return is(actual, candidate -> numerator.compareTo(candidate.multiply(denominator)));
  }

  /** Of √(numerator / denominator), for a numerator ≥ 0 and a positive denominator. */
  public static boolean isRoot(double actual, BigDecimal numerator, BigDecimal denominator) {
    return is(
        actual,
        candidate ->
            candidate.signum() < 0
                ? 1
                : numerator.compareTo(candidate.multiply(candidate).multiply(denominator)));
  }

  /**
   * @param exactAgainst sign of the exact number minus a candidate
   */
  public static boolean is(double actual, ToIntFunction<BigDecimal> exactAgainst) {
    if (Double.isNaN(actual)) {
      return false;
    }
    boolean even = (Double.doubleToLongBits(actual) & 1) == 0;
    int low = sideOf(exactAgainst, Math.nextDown(actual), actual);
    int high = -sideOf(exactAgainst, actual, Math.nextUp(actual));
    return (low > 0 || low == 0 && even) && (high > 0 || high == 0 && even);
  }

  /** Sign of the exact number minus the point halfway between two neighbours. */
  private static int sideOf(ToIntFunction<BigDecimal> exactAgainst, double below, double above) {
    if (below == above) {
      return below > 0 ? -1 : 1;
    }
    return exactAgainst.applyAsInt(decimal(below).add(decimal(above)).divide(TWO));
  }

  /** Infinity stands for the next double, if exponents went on. */
  private static BigDecimal decimal(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? BEYOND : BEYOND.negate();
    }
    return new BigDecimal(value);
  }
}
