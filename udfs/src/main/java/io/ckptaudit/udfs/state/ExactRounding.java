package io.ckptaudit.udfs.state;

import java.math.BigInteger;

/**
 * Exact numbers to the nearest double, ties to even, rounded once. Results below the smallest
 * normal are rounded to its spacing, 2^-1074; a negative number that rounds to zero gives −0.0,
 * zero itself +0.0. Beyond the largest double the result is infinity of its sign; NaN is never
 * returned. Source: IEEE 754-2019 §4.3.1.
 */
final class ExactRounding {

  /** Bits kept before rounding: more than the 53 of a double, so that one sticky bit decides. */
  private static final int GUARD = 64;

  private static final int LOWEST_UNIT = -1074;

  private ExactRounding() {}

  /** m · 2^exponent. */
  static double nearest(BigInteger m, long exponent) {
    if (m.signum() == 0) {
      return 0.0;
    }
    BigInteger magnitude = m.abs();
    long unit = Math.max(magnitude.bitLength() - 53 + exponent, LOWEST_UNIT);
    long shift = unit - exponent;
    BigInteger rounded =
        shift <= 0
            ? magnitude.shiftLeft(Math.toIntExact(-shift))
            : shiftRightToNearestEven(magnitude, Math.toIntExact(shift));
    double value =
        unit > Double.MAX_EXPONENT
            ? Double.POSITIVE_INFINITY
            : Math.scalb(rounded.doubleValue(), Math.toIntExact(unit));
    return m.signum() < 0 ? -value : value;
  }

  /** numerator / denominator · 2^exponent, for a positive denominator. */
  static double nearestQuotient(BigInteger numerator, BigInteger denominator, long exponent) {
    int shift = GUARD - numerator.bitLength() + denominator.bitLength();
    BigInteger sticky = quotient(numerator.abs(), denominator, shift);
    return nearest(numerator.signum() < 0 ? sticky.negate() : sticky, exponent - shift - 1);
  }

  /** √(numerator / denominator · 2^exponent), for a numerator ≥ 0 and a positive denominator. */
  static double nearestRoot(BigInteger numerator, BigInteger denominator, long exponent) {
    int shift = 2 * GUARD - numerator.bitLength() + denominator.bitLength();
    if (((exponent - shift) & 1) != 0) {
      shift++;
    }
    BigInteger square = quotient(numerator, denominator, shift);
    BigInteger[] root = square.shiftRight(1).sqrtAndRemainder();
    boolean inexact = square.testBit(0) || root[1].signum() != 0;
    return nearest(withSticky(root[0], inexact), (exponent - shift) / 2 - 1);
  }

  /**
   * numerator · 2^shift / denominator, doubled, with a sticky bit. A division of no more bits than
   * are asked for: sums are hundreds of digits long where small terms met large ones.
   */
  private static BigInteger quotient(BigInteger numerator, BigInteger denominator, int shift) {
    BigInteger shifted = numerator.shiftLeft(shift);
    boolean cut = numerator.signum() != 0 && numerator.getLowestSetBit() < -shift;
    BigInteger[] parts = shifted.divideAndRemainder(denominator);
    return withSticky(parts[0], cut || parts[1].signum() != 0);
  }

  /** 2 · value, plus one where something smaller than a unit was left over. */
  private static BigInteger withSticky(BigInteger value, boolean inexact) {
    BigInteger doubled = value.shiftLeft(1);
    return inexact ? doubled.setBit(0) : doubled;
  }

  private static BigInteger shiftRightToNearestEven(BigInteger magnitude, int shift) {
    BigInteger quotient = magnitude.shiftRight(shift);
    boolean half = magnitude.testBit(shift - 1);
    boolean beyond = half && magnitude.getLowestSetBit() < shift - 1;
    return beyond || half && quotient.testBit(0) ? quotient.add(BigInteger.ONE) : quotient;
  }
}
