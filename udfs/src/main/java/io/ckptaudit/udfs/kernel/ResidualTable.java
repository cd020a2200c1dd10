package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.Arrays;

/** Residuals of F32 values by binade, for one target. */
final class ResidualTable {

  /** Makes up for the rounding of three float operations. */
  private static final float JUST_BELOW = 1 - 0x1p-20f;

  private static final int CELLS = WideCounter.residualCells(FloatFormat.F32);

  private final long[] counts = new long[BinadeTally.BINADES * CELLS];
  private final SumTable sums = new SumTable(BinadeTally.BINADES);
  private final long[] largest = new long[BinadeTally.BINADES];
  private final long[] shareOf = new long[BinadeTally.BINADES];
  private final long[] shareIn = new long[BinadeTally.BINADES];

  /** Adds a run; its shares are added already. */
  void addRun(int row, ResidualSums run) {
    long count = 0;
    for (int bit = 0; bit < CELLS / 2 - 1; bit++) {
      int cell = row * CELLS + 2 * (bit + 1);
      counts[cell] += run.counts[bit] - run.reaching[bit];
      counts[cell + 1] += run.reaching[bit];
      count += run.counts[bit];
    }
    if (count > 0) {
      sums.add(row, count, run.sum, run.sumSq);
      largest[row] = Math.max(largest[row], run.largest);
    }
  }

  void addOne(int row, int cell, int r, int m) {
    counts[row * CELLS + cell]++;
    sums.add(row, 1, r, (long) r * r);
    largest[row] = Math.max(largest[row], r);
    addShare(row, r, m);
  }

  /** A little less than the largest share so far, or 0: a smaller one need not be added. */
  float shareWorthAdding(int row) {
    return shareOf[row] == 0 ? 0 : (float) shareOf[row] / shareIn[row] * JUST_BELOW;
  }

  /**
   * From where on no significand can have a larger share, or the same of a smaller one: a value
   * that became zero has a share of one, and the nearest cast of none has a larger.
   */
  int significandsWorthAdding(int row) {
    return shareOf[row] > 0 && shareOf[row] == shareIn[row]
        ? (int) shareIn[row]
        : Integer.MAX_VALUE;
  }

  /**
   * Takes a share in account.
   *
   * @param r not zero
   */
  void addShare(int row, long r, long m) {
    long order = r * shareIn[row] - shareOf[row] * m;
    if (shareOf[row] == 0 || order > 0 || order == 0 && m < shareIn[row]) {
      shareOf[row] = r;
      shareIn[row] = m;
    }
  }

  void drainTo(WideTally tally, Target target, int row) {
    if (sums.count(row) > 0) {
      tally.residuals(
          target,
          row + BinadeTally.LOWEST_BINADE,
          Arrays.copyOfRange(counts, row * CELLS, (row + 1) * CELLS),
          sums.sum(row),
          sums.sumSq(row),
          largest[row],
          shareOf[row],
          shareIn[row]);
    }
  }

  void reset() {
    for (int row = 0; row < BinadeTally.BINADES; row++) {
      if (sums.count(row) > 0) {
        Arrays.fill(counts, row * CELLS, (row + 1) * CELLS, 0);
        largest[row] = 0;
        shareOf[row] = 0;
        shareIn[row] = 0;
      }
    }
    sums.reset();
  }
}
