package io.ckptaudit.udfs.testing;

import io.ckptaudit.udfs.state.Histogram;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.TreeMap;

/**
 * Numbers as whole units of 2^-160, in which every value of every counted format, every cast of it
 * and every error is an integer.
 */
public final class Dyadic {

  public static final int UNIT = -160;

  /** 2^-160 as a decimal: that of a number of units is exact. */
  public static final BigDecimal ONE_UNIT = BigDecimal.valueOf(0.5).pow(-UNIT);

  public static final BigDecimal SQUARE_UNIT = ONE_UNIT.multiply(ONE_UNIT);

  private Dyadic() {}

  /** Of a finite value that is a whole number of units. */
  public static BigInteger units(double value) {
    int exponent = Math.max(Math.getExponent(value), Double.MIN_EXPONENT);
    long significand = (long) Math.scalb(value, 52 - exponent);
    int shift = exponent - 52 - UNIT;
    BigInteger units = BigInteger.valueOf(significand).shiftLeft(shift);
    if (!units.shiftRight(shift).equals(BigInteger.valueOf(significand))) {
      throw new IllegalArgumentException(value + " is no whole number of 2^" + UNIT);
    }
    return units;
  }

  /** floor(log2(a / b)) of positive numbers. */
  public static int log2(BigInteger a, BigInteger b) {
    int exponent = a.bitLength() - b.bitLength();
    boolean below =
        exponent >= 0
            ? a.compareTo(b.shiftLeft(exponent)) < 0
            : a.shiftLeft(-exponent).compareTo(b) < 0;
    return below ? exponent - 1 : exponent;
  }

  /** floor(log2 v) of a positive number of units. */
  public static int log2(BigInteger units) {
    return units.bitLength() - 1 + UNIT;
  }

  /** Counts by bin; that of zero under the lowest key, where it is not 0. */
  public static TreeMap<Integer, Long> bins(Histogram histogram) {
    TreeMap<Integer, Long> bins = new TreeMap<>();
    histogram.forEach((bin, count) -> bins.put(bin, count));
    if (histogram.zero() > 0) {
      bins.put(Integer.MIN_VALUE, histogram.zero());
    }
    return bins;
  }
}
