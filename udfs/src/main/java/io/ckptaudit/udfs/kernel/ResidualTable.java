package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.Arrays;

/** Residuals of F32 values by binade, for one target. */
final class ResidualTable {

  private static final int CELLS = WideCounter.residualCells(FloatFormat.F32);

  /** Counts of the run being added; those of residuals of zero, 0 and 1, mean nothing. */
  final int[] cells = new int[CELLS];

  private final long[] counts = new long[BinadeTally.BINADES * CELLS];
  private final SumTable sums = new SumTable(BinadeTally.BINADES);
  private final long[] largest = new long[BinadeTally.BINADES];
  private final long[] shareOf = new long[BinadeTally.BINADES];
  private final long[] shareIn = new long[BinadeTally.BINADES];

  /** Adds the run counted in {@link #cells}, which are cleared. */
  void addRun(int row, long sum, long sumSq, long runLargest, long runShareOf, long runShareIn) {
    long count = 0;
    for (int cell = 2; cell < CELLS; cell++) {
      counts[row * CELLS + cell] += cells[cell];
      count += cells[cell];
    }
    Arrays.fill(cells, 0);
    if (count > 0) {
      sums.add(row, count, sum, sumSq);
      addLargest(row, runLargest, runShareOf, runShareIn);
    }
  }

  void addOne(int row, int cell, int r, int m) {
    counts[row * CELLS + cell]++;
    sums.add(row, 1, r, (long) r * r);
    addLargest(row, r, r, m);
  }

  private void addLargest(int row, long r, long of, long in) {
    largest[row] = Math.max(largest[row], r);
    long order = of * shareIn[row] - shareOf[row] * in;
    if (shareOf[row] == 0 || order > 0 || order == 0 && in < shareIn[row]) {
      shareOf[row] = of;
      shareIn[row] = in;
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
