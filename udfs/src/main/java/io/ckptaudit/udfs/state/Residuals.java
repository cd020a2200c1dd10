package io.ckptaudit.udfs.state;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * The rounding errors of the values of one binade that a cast changed: r = |x − cast(x)| in last
 * places of the source, and their shares r / m of the significands.
 *
 * <p>{@code counts[2·length + b]} is the number of values whose r has that bit length, by b:
 * whether r, shifted left to the length of m, is at least m. The lengths give the binades of r and
 * of r in spacings of the target; lengths and b those of r / m: all three histograms, exactly. Sums
 * are exact and without limit; counts end at 2^63 − 1. Of equal shares the pair with the smaller m
 * is kept. Source: DESIGN §3.
 *
 * @param largest largest r
 * @param shareOf r of the largest r / m
 * @param shareIn m of the largest r / m
 */
record Residuals(
    long[] counts, BigInteger sum, BigInteger sumSq, long largest, long shareOf, long shareIn) {

  Residuals plus(Residuals other) {
    long[] merged = counts.clone();
    for (int i = 0; i < merged.length; i++) {
      merged[i] = Math.addExact(merged[i], other.counts[i]);
    }
    boolean mine = isShareLarger(shareOf, shareIn, other.shareOf, other.shareIn);
    return new Residuals(
        merged,
        sum.add(other.sum),
        sumSq.add(other.sumSq),
        Math.max(largest, other.largest),
        mine ? shareOf : other.shareOf,
        mine ? shareIn : other.shareIn);
  }

  /** Whether r / m comes before another share: is larger, or equal with a smaller m. */
  static boolean isShareLarger(long r, long m, long otherR, long otherM) {
    int high = Long.compare(Math.multiplyHigh(r, otherM), Math.multiplyHigh(otherR, m));
    int order = high != 0 ? high : Long.compareUnsigned(r * otherM, otherR * m);
    return order > 0 || order == 0 && m < otherM;
  }

  /** Entries of {@link #counts} for significands of at most some bits. */
  static int cells(int significandBits) {
    return 2 * significandBits + 2;
  }

  long count() {
    long sumOfCounts = 0;
    for (long count : counts) {
      sumOfCounts = Math.addExact(sumOfCounts, count);
    }
    return sumOfCounts;
  }

  /** Why no values of significands of a length have these errors, or null. */
  String fault(int length) {
    int longest = Long.SIZE - Long.numberOfLeadingZeros(largest);
    int lastCell = counts.length - 1;
    while (lastCell >= 0 && counts[lastCell] == 0) {
      lastCell--;
    }
    BigInteger n = BigInteger.valueOf(count());
    boolean possible =
        counts[0] == 0
            && counts[1] == 0
            && largest > 0
            && lastCell / 2 == longest
            && longest <= length
            && Long.SIZE - Long.numberOfLeadingZeros(shareIn) == length
            && shareOf > 0
            && shareOf <= Math.min(largest, shareIn)
            && sum.compareTo(n) >= 0
            && sum.compareTo(n.multiply(BigInteger.valueOf(largest))) <= 0
            && sumSq.compareTo(sum.multiply(BigInteger.valueOf(largest))) <= 0
            && n.multiply(sumSq).compareTo(sum.multiply(sum)) >= 0;
    return possible ? null : "rounding errors that no values of the binade have";
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof Residuals other
        && Arrays.equals(counts, other.counts)
        && sum.equals(other.sum)
        && sumSq.equals(other.sumSq)
        && largest == other.largest
        && shareOf == other.shareOf
        && shareIn == other.shareIn;
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(counts) * 31 + sum.hashCode();
  }
}
