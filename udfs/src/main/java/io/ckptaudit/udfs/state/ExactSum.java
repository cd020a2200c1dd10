package io.ckptaudit.udfs.state;

import java.math.BigInteger;
import java.nio.ByteBuffer;

/**
 * A sum of doubles, each taken a number of times, without rounding.
 *
 * <p>Exact for any order and grouping of the terms. Terms are finite; −0 counts as 0; subnormals
 * are exact; the empty sum is 0. A fixed-point number in units of 2^{@value #LOWEST_UNIT}: every
 * double, and every product of two doubles that is itself a double, is a whole number of units.
 *
 * <p>Limits: a term is |value| · count &lt; 2^1024 · 2^63, and up to 2^63 terms fit below the top
 * limb: 1024 + 63 + 63 bits above the point and 1088 below are 2238, 70 limbs of 32. No sum over a
 * checkpoint (10^13 elements are 2^44) can wrap. A limb holds 32 bits of payload in 64 and an
 * addition changes it by less than 2^33, so carries are propagated every 2^29 additions: 2^29 ·
 * 2^33 + 2^32 &lt; 2^63.
 *
 * <p>Sums that were made elsewhere, {@link #add(BigInteger, int)}, are kept apart in units of
 * 2^{@value #FINEST_UNIT}, of which squares of doubles are whole numbers; without limit.
 */
final class ExactSum {

  static final int LOWEST_UNIT = -1088;
  static final int FINEST_UNIT = 2 * LOWEST_UNIT;

  private static final int LIMB_BITS = 32;
  private static final long LIMB_MASK = 0xFFFFFFFFL;

  /** (1024 + 63 + 63 + 1088) / 32 limbs, rounded up, and room for the spill of a shifted term. */
  private static final int LIMBS = 72;

  private static final int MAX_PENDING = 1 << 29;
  private static final long FRACTION_MASK = (1L << 52) - 1;

  private final int maxPending;
  private final long[] limbs = new long[LIMBS];
  private int pending;
  private BigInteger fine = BigInteger.ZERO;

  ExactSum() {
    this(MAX_PENDING);
  }

  /**
   * @param maxPending additions between two propagations of carries, at most 2^29
   */
  ExactSum(int maxPending) {
    this.maxPending = maxPending;
  }

  /**
   * Adds value · count, exactly.
   *
   * @param value finite
   * @param count not negative
   */
  void add(double value, long count) {
    long bits = Double.doubleToRawLongBits(value);
    int field = (int) (bits >>> 52) & 0x7FF;
    long significand = (bits & FRACTION_MASK) | (field == 0 ? 0 : FRACTION_MASK + 1);
    if (significand == 0 || count == 0) {
      return;
    }
    // Values of 16-bit formats and their squares end in zeros: most products then fit in one limb.
    int zeros = Long.numberOfTrailingZeros(significand);
    long odd = significand >>> zeros;
    int position = Math.max(field, 1) - 1075 - LOWEST_UNIT + zeros;
    long high = Math.multiplyHigh(odd, count);
    long low = odd * count;
    long sign = bits >> 63 | 1;
    addShifted(low & LIMB_MASK, position, sign);
    if (high != 0 || low >>> LIMB_BITS != 0) {
      addShifted(low >>> LIMB_BITS, position + LIMB_BITS, sign);
    }
    if (high != 0) {
      addShifted(high & LIMB_MASK, position + 2 * LIMB_BITS, sign);
      addShifted(high >>> LIMB_BITS, position + 3 * LIMB_BITS, sign);
    }
    if (++pending == maxPending) {
      propagateCarries();
    }
  }

  /** Adds m · 2^exponent, a whole number of 2^{@value #FINEST_UNIT}, exactly. */
  void add(BigInteger m, int exponent) {
    fine = fine.add(m.shiftLeft(exponent - FINEST_UNIT));
  }

  private void addShifted(long part, int position, long sign) {
    int limb = position >>> 5;
    long shifted = part << (position & 31);
    limbs[limb] += sign * (shifted & LIMB_MASK);
    limbs[limb + 1] += sign * (shifted >>> LIMB_BITS);
  }

  private void propagateCarries() {
    for (int i = 0; i < LIMBS - 1; i++) {
      limbs[i + 1] += limbs[i] >> LIMB_BITS;
      limbs[i] &= LIMB_MASK;
    }
    pending = 0;
  }

  /**
   * The sum as m · 2^exponent, without the limbs below its last: what is divided, squared and
   * rooted is as long as the digits that were added, not as the range of a double.
   */
  Scaled exact() {
    propagateCarries();
    int lowest = 0;
    while (lowest < LIMBS && limbs[lowest] == 0) {
      lowest++;
    }
    Scaled sum = new Scaled(ofLimbs(lowest), LOWEST_UNIT + LIMB_BITS * lowest);
    return fine.signum() == 0 ? sum : sum.plus(new Scaled(fine, FINEST_UNIT));
  }

  /** The limbs from one on; the top one carries the sign, and lies 32 bits above the next. */
  private BigInteger ofLimbs(int lowest) {
    int highest = LIMBS - 1;
    while (highest > lowest && limbs[highest] == 0) {
      highest--;
    }
    if (lowest == LIMBS) {
      return BigInteger.ZERO;
    }
    ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (highest - lowest) + Long.BYTES);
    bytes.putLong(limbs[highest]);
    for (int i = highest - 1; i >= lowest; i--) {
      bytes.putInt((int) limbs[i]);
    }
    return new BigInteger(bytes.array());
  }

  /** The sum, rounded once; beyond the largest double it is infinity of its sign. */
  double toDouble() {
    Scaled sum = exact();
    return ExactRounding.nearest(sum.m(), sum.exponent());
  }

  /** The exact quotient of the sum and a count of at least one, rounded once. */
  double mean(long count) {
    Scaled sum = exact();
    return ExactRounding.nearestQuotient(sum.m(), BigInteger.valueOf(count), sum.exponent());
  }

  /** The square root of the sum (which must not be negative) over a count, rounded once. */
  double rootOfMean(long count) {
    Scaled sum = exact();
    return ExactRounding.nearestRoot(sum.m(), BigInteger.valueOf(count), sum.exponent());
  }

  /** This sum over another, positive one, rounded once. */
  double over(ExactSum divisor) {
    return exact().over(divisor.exact());
  }

  /** This sum less another over a positive one, rounded once. */
  double lessOver(ExactSum less, ExactSum divisor) {
    return exact().plus(less.exact().negated()).over(divisor.exact());
  }

  boolean isZero() {
    return exact().m().signum() == 0;
  }

  /**
   * Population standard deviation of a count of values with these sums: √((n·Σx² − (Σx)²) / n²),
   * rounded once.
   */
  static double standardDeviation(ExactSum sum, ExactSum sumOfSquares, long count) {
    BigInteger n = BigInteger.valueOf(count);
    Scaled s = sum.exact();
    Scaled squares = sumOfSquares.exact();
    Scaled difference =
        new Scaled(squares.m().multiply(n), squares.exponent())
            .plus(new Scaled(s.m().multiply(s.m()).negate(), 2 * s.exponent()));
    return ExactRounding.nearestRoot(difference.m(), n.multiply(n), difference.exponent());
  }

  /** m · 2^exponent. */
  record Scaled(BigInteger m, int exponent) {

    Scaled negated() {
      return new Scaled(m.negate(), exponent);
    }

    double over(Scaled divisor) {
      return ExactRounding.nearestQuotient(m, divisor.m, (long) exponent - divisor.exponent);
    }

    Scaled plus(Scaled other) {
      int unit = Math.min(exponent, other.exponent);
      return new Scaled(
          m.shiftLeft(exponent - unit).add(other.m.shiftLeft(other.exponent - unit)), unit);
    }
  }
}
