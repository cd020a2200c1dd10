package io.ckptaudit.udfs.kernel;

import java.util.Arrays;

/**
 * Significands of F32 values by sign and binade, and their trailing zeros by binade. Values come
 * sorted by sign and exponent field.
 */
final class BinadeTally {

  static final int LOWEST_BINADE = -149;
  static final int BINADES = 127 - LOWEST_BINADE + 1;

  private static final int BIAS = 127;
  private static final int FRACTION = 0x7FFFFF;
  private static final int ZEROS = 24;

  private final SumTable positive = new SumTable(BINADES);
  private final SumTable negative = new SumTable(BINADES);
  private final long[] trailingZeros = new long[BINADES * ZEROS];

  /** Largest and smallest magnitude, as F32 bits, of positive and of negative values. */
  private final int[] highest = new int[2];

  private final int[] lowest = new int[2];

  BinadeTally() {
    reset();
  }

  static int row(int exponentField) {
    return exponentField - BIAS - LOWEST_BINADE;
  }

  /** Row of a subnormal of some significand. */
  static int subnormalRow(int m) {
    return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(m);
  }

  /**
   * Adds sorted words; those of NaN are left out.
   *
   * @param nearest by exponent field, as {@link RunSums#addValues} has it; of normal values
   */
  void add(ExponentSort sorted, RunSums sums, ResidualSums[] nearest) {
    int[] words = sorted.words();
    for (int exponent = 0; exponent < ExponentSort.NOT_FINITE; exponent++) {
      int start = sorted.start(exponent);
      int middle = sorted.middle(exponent);
      int end = sorted.end(exponent);
      if (end == start) {
        continue;
      }
      if (exponent == 0) {
        addSubnormals(words, start, middle, 0);
        addSubnormals(words, middle, end, 1);
      } else {
        nearest[exponent] = nearest[exponent] == null ? new ResidualSums() : nearest[exponent];
        nearest[exponent].isSummed = sums.addValues(words, start, middle, end, nearest[exponent]);
        addRun(row(exponent), middle - start, end - middle, sums);
      }
      updateExtremes(words, start, middle, exponent, 0);
      updateExtremes(words, middle, end, exponent, 1);
    }
  }

  private void addRun(int row, int positives, int negatives, RunSums sums) {
    positive.add(row, positives, sums.sum[0], sums.sumSq[0]);
    negative.add(row, negatives, sums.sum[1], sums.sumSq[1]);
    for (int n = 0; n < ZEROS; n++) {
      trailingZeros[row * ZEROS + n] += sums.trailingZeros[n];
    }
  }

  private void addSubnormals(int[] sorted, int start, int end, int sign) {
    for (int i = start; i < end; i++) {
      int m = sorted[i] & FRACTION;
      int row = subnormalRow(m);
      table(sign).add(row, 1, m, (long) m * m);
      trailingZeros[row * ZEROS + Integer.numberOfTrailingZeros(m)]++;
    }
  }

  private SumTable table(int sign) {
    return sign == 0 ? positive : negative;
  }

  private void updateExtremes(int[] sorted, int start, int end, int exponent, int sign) {
    if (start == end || exponent < highest[sign] >>> 23 && exponent > lowest[sign] >>> 23) {
      return;
    }
    int low = Integer.MAX_VALUE;
    int high = 0;
    for (int i = start; i < end; i++) {
      int magnitude = sorted[i] & Integer.MAX_VALUE;
      low = Math.min(low, magnitude);
      high = Math.max(high, magnitude);
    }
    lowest[sign] = Math.min(lowest[sign], low);
    highest[sign] = Math.max(highest[sign], high);
  }

  void drainTo(WideTally tally) {
    for (int row = 0; row < BINADES; row++) {
      drainTo(tally, row, positive, false);
      drainTo(tally, row, negative, true);
      for (int n = 0; n < ZEROS; n++) {
        long count = trailingZeros[row * ZEROS + n];
        if (count > 0) {
          tally.trailingZeros(row + LOWEST_BINADE, n, count);
        }
      }
    }
    if (highest[0] > 0 || highest[1] > 0) {
      int smallest = highest[1] > 0 ? highest[1] | Integer.MIN_VALUE : lowest[0];
      int largest = highest[0] > 0 ? highest[0] : lowest[1] | Integer.MIN_VALUE;
      tally.extremes(
          Float.intBitsToFloat(smallest),
          Float.intBitsToFloat(largest),
          Float.intBitsToFloat(Math.min(lowest[0], lowest[1])));
    }
  }

  private static void drainTo(WideTally tally, int row, SumTable table, boolean isNegative) {
    if (table.count(row) > 0) {
      tally.values(
          row + LOWEST_BINADE, isNegative, table.count(row), table.sum(row), table.sumSq(row));
    }
  }

  void reset() {
    positive.reset();
    negative.reset();
    Arrays.fill(trailingZeros, 0);
    Arrays.fill(highest, 0);
    Arrays.fill(lowest, Integer.MAX_VALUE);
  }
}
