package io.ckptaudit.udfs.state;

import java.math.BigInteger;

/**
 * Number, sum and sum of squares of the significands of some values of one binade.
 *
 * <p>Significands are in last places of the binade, {@code sumSq} in squares of them. Exact and
 * without limit; the count ends at 2^63 − 1, where {@link ArithmeticException} is thrown. Source:
 * DESIGN §3.
 */
record Moments(long count, BigInteger sum, BigInteger sumSq) {

  static final Moments NONE = new Moments(0, BigInteger.ZERO, BigInteger.ZERO);

  Moments plus(Moments other) {
    return new Moments(
        Math.addExact(count, other.count), sum.add(other.sum), sumSq.add(other.sumSq));
  }

  /** Why no count of significands of a length has these sums, or null. */
  String fault(int length) {
    BigInteger n = BigInteger.valueOf(count);
    BigInteger lowest = BigInteger.ONE.shiftLeft(length - 1);
    BigInteger highest = BigInteger.ONE.shiftLeft(length).subtract(BigInteger.ONE);
    boolean possible =
        count > 0
            && sum.compareTo(n.multiply(lowest)) >= 0
            && sum.compareTo(n.multiply(highest)) <= 0
            && sumSq.compareTo(sum.multiply(highest)) <= 0
            && n.multiply(sumSq).compareTo(sum.multiply(sum)) >= 0;
    return possible ? null : "sums that no significands of the binade have";
  }
}
