package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.Arrays;

/** Residuals of F32 values by binade, for one target. */
final class ResidualTable {

  private static final int CELLS = WideCounter.residualCells(FloatFormat.F32);

  /**
   * Counts of the run being added, two counters to a cell: equal neighbours need not wait for each
   * other. Those of residuals of zero mean nothing.
   */
  final int[] cells = new int[2 * CELLS];

  private final long[] counts = new long[BinadeTally.BINADES * CELLS];
  private final SumTable sums = new SumTable(BinadeTally.BINADES);
  private final long[] largest = new long[BinadeTally.BINADES];
  private final long[] shareOf = new long[BinadeTally.BINADES];
  private final long[] shareIn = new long[BinadeTally.BINADES];

  /** Adds the run counted in {@link #cells}, which are cleared; its shares are added already. */
  void addRun(int row, long sum, long sumSq, long runLargest) {
    long count = 0;
    for (int cell = 2; cell < CELLS; cell++) {
      int inCell = cells[2 * cell] + cells[2 * cell + 1];
      counts[row * CELLS + cell] += inCell;
      count += inCell;
    }
    Arrays.fill(cells, 0);
    if (count > 0) {
      sums.add(row, count, sum, sumSq);
      largest[row] = Math.max(largest[row], runLargest);
    }
  }

  void addOne(int row, int cell, int r, int m) {
    counts[row * CELLS + cell]++;
    sums.add(row, 1, r, (long) r * r);
    largest[row] = Math.max(largest[row], r);
    addShare(row, r, m);
  }

  /**
   * The smallest residual of a normal value that can have the largest share of its binade: any
   * smaller one is too small even for the smallest significand, 2^23.
   */
  int worthLooking(int row) {
    return shareOf[row] == 0 ? 1 : (int) Math.max(1, (shareOf[row] << 23) / shareIn[row]);
  }

  /**
   * Takes a share in account.
   *
   * @param r not zero
   * @return {@link #worthLooking} from now on
   */
  int addShare(int row, long r, long m) {
    long order = r * shareIn[row] - shareOf[row] * m;
    if (shareOf[row] == 0 || order > 0 || order == 0 && m < shareIn[row]) {
      shareOf[row] = r;
      shareIn[row] = m;
    }
    return worthLooking(row);
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
