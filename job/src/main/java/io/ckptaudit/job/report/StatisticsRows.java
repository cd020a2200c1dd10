package io.ckptaudit.job.report;

import io.ckptaudit.udfs.state.Statistics;
import io.ckptaudit.udfs.state.TargetFigures;
import java.util.List;

/** The columns that tables share, in the order of {@link Table}. */
final class StatisticsRows {

  private static final int STATISTICS = 17;

  private StatisticsRows() {}

  /** Appends the statistics columns: nulls for a dtype that is not audited as numbers. */
  static void append(List<Object> row, Statistics statistics) {
    if (statistics == null) {
      for (int i = 0; i < STATISTICS; i++) {
        row.add(null);
      }
      return;
    }
    row.add(statistics.nan());
    row.add(statistics.posInf());
    row.add(statistics.negInf());
    row.add(statistics.zero());
    row.add(statistics.subnormal());
    row.add(statistics.min());
    row.add(statistics.max());
    row.add(statistics.absMax());
    row.add(statistics.absMinNonzero());
    row.add(statistics.mean());
    row.add(statistics.stddev());
    row.add(statistics.sum());
    row.add(statistics.sumSq());
    row.add(statistics.distinctCodes());
    row.add(
        statistics.narrowestExactDtype() == null ? null : statistics.narrowestExactDtype().name());
    row.add(statistics.onF16Lattice());
    row.add(statistics.onBf16Lattice());
  }

  /** Appends the columns of {@code conversions}. */
  static void append(List<Object> row, TargetFigures figures) {
    row.add(figures.overflow());
    row.add(figures.underflow());
    row.add(figures.subnormal());
    row.add(figures.inexact());
    row.add(figures.exact());
    row.add(figures.maxAbsError());
    row.add(figures.meanAbsError());
    row.add(figures.sumAbsError());
    row.add(figures.sumSqError());
    row.add(figures.rmse());
    row.add(figures.maxRelError());
    row.add(figures.maxUlpError());
    row.add(figures.sqnrDb());
  }
}
