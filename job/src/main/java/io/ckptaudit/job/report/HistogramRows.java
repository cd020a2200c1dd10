package io.ckptaudit.job.report;

import io.ckptaudit.udfs.state.Histogram;
import io.ckptaudit.udfs.state.Statistics;
import io.ckptaudit.udfs.state.TargetFigures;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Rows of {@code histograms} for one tensor, layer or model. */
final class HistogramRows {

  private final CheckpointKey key;
  private final String scope;
  private final String name;
  private final List<Row> rows;

  HistogramRows(CheckpointKey key, String scope, String name, List<Row> rows) {
    this.key = key;
    this.scope = scope;
    this.name = name;
    this.rows = rows;
  }

  void add(Statistics statistics) {
    add(null, "magnitude", statistics.magnitudes());
  }

  void add(TargetFigures figures) {
    String target = figures.target().name();
    add(target, "absolute", figures.absolute());
    add(target, "relative", figures.relative());
    add(target, "ulp", figures.ulp());
  }

  private void add(String target, String measure, Histogram histogram) {
    rows.add(row(target, measure, null, 0.0, 0.0, histogram.zero()));
    histogram.forEach(
        (bin, count) ->
            rows.add(
                row(target, measure, bin, Math.scalb(1.0, bin), Math.scalb(1.0, bin + 1), count)));
  }

  private Row row(
      String target, String measure, Integer bin, double lower, double upper, long count) {
    return RowFactory.create(
        key.uri(), key.revision(), scope, name, target, measure, bin, lower, upper, count);
  }
}
