package io.ckptaudit.udfs.number;

/**
 * Powers of two around a value: bin k holds 2^k ≤ |v| &lt; 2^(k+1), with k from −1074 to 1023.
 *
 * <p>Exact: exponents are read from bits and nothing is divided. Subnormal doubles have their own
 * bins below −1022; zero, −0, NaN and ±infinity lie in none and are refused. Source: DESIGN §3.
 */
public final class Binade {

  private Binade() {}

  /**
   * floor(log2 |value|).
   *
   * @throws IllegalArgumentException for zero, NaN and infinities
   */
  public static int of(double value) {
    long magnitude = Double.doubleToRawLongBits(value) & Long.MAX_VALUE;
    int exponent = Math.getExponent(value);
    if (magnitude == 0 || exponent > Double.MAX_EXPONENT) {
      throw new IllegalArgumentException(
          "Cannot place "
              + value
              + " in a binade: only finite non-zero values lie in one; count it apart");
    }
    return exponent >= Double.MIN_EXPONENT
        ? exponent
        : Long.SIZE - 1 - Long.numberOfLeadingZeros(magnitude) - 1074;
  }

  /**
   * floor(log2(a / b)) of two positive finite values: from −2098 to 2097.
   *
   * @throws IllegalArgumentException as {@link #of}
   */
  public static int ofRatio(double a, double b) {
    int exponentA = of(a);
    int exponentB = of(b);
    boolean below = Math.scalb(a, -exponentA) < Math.scalb(b, -exponentB);
    return exponentA - exponentB - (below ? 1 : 0);
  }
}
