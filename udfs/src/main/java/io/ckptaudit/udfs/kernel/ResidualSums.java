package io.ckptaudit.udfs.kernel;

import java.util.Arrays;

/** Sums over residuals of F32 values of one exponent, in last places; below 2^63. */
final class ResidualSums {

  /** Whether there is anything here; for those that are summed ahead of the casts. */
  boolean isSummed;

  long sum;
  long sumSq;

  /** Of residuals, or magnitudes of codes. */
  int largest;

  /** Whether a residual may have a larger share of its value than was asked. */
  boolean isShareMatched;

  /** How many residuals, zero aside, have that bit as their highest. */
  final int[] counts = new int[Integer.SIZE];

  /** As {@link #counts}, of residuals that are at least m once shifted to the length of m. */
  final int[] reaching = new int[Integer.SIZE];

  void clear() {
    sum = 0;
    sumSq = 0;
    largest = 0;
    isShareMatched = false;
    Arrays.fill(counts, 0);
    Arrays.fill(reaching, 0);
  }

  /** Adds to all but {@link #largest} and {@link #isShareMatched}. */
  void add(int r, int m) {
    sum += r;
    sumSq += (long) r * r;
    if (r > 0) {
      int bit = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(r);
      counts[bit]++;
      reaching[bit] += r << 23 - bit >= m ? 1 : 0;
    }
  }
}
