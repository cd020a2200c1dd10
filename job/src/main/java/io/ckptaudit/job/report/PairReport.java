package io.ckptaudit.job.report;

import io.ckptaudit.job.compare.Changes;
import io.ckptaudit.job.compare.Compared;
import io.ckptaudit.job.compare.Differences;
import io.ckptaudit.job.compare.PairOutcome;
import io.ckptaudit.job.compare.SideTensor;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.RowFactory;

/** The rows of one pair, made where its counts are. */
public record PairReport(Compared compared, ReportRows rows) implements Serializable {

  /**
   * @param differences null where they are not known
   */
  public static PairReport of(ComparedSides sides, Compared compared, Differences differences) {
    ReportRows rows =
        new ReportRows(sides.right(), sides.rightRevision(), sides.left(), sides.leftRevision());
    rows.add(Table.PAIRS, RowFactory.create(pair(sides, compared).toArray()));
    if (differences != null) {
      addBins(rows, sides, compared, "absolute", differences.absolute());
      addBins(rows, sides, compared, "relative", differences.relative());
    }
    return new PairReport(compared, rows);
  }

  private static List<Object> key(ComparedSides sides) {
    List<Object> row = new ArrayList<>();
    row.add(sides.right());
    row.add(sides.rightRevision());
    row.add(sides.left());
    row.add(sides.leftRevision());
    return row;
  }

  private static List<Object> pair(ComparedSides sides, Compared compared) {
    PairOutcome outcome = compared.outcome();
    List<SideTensor> left = compared.pair().left();
    List<SideTensor> right = compared.pair().right();
    List<Object> row = key(sides);
    row.add(left.stream().map(SideTensor::name).toArray(String[]::new));
    row.add(right.stream().map(SideTensor::name).toArray(String[]::new));
    row.add(compared.pair().how().id());
    row.add(dtype(left));
    row.add(dtype(right));
    row.add(shape(left));
    row.add(shape(right));
    row.add((right.isEmpty() ? left : right).stream().mapToLong(SideTensor::elements).sum());
    row.add(outcome.statement().id());
    row.add(outcome.explanation());
    row.add(outcome.fits().toArray(String[]::new));
    row.add(!outcome.untested());
    Changes changes = outcome.changes();
    row.add(changes == null ? null : (Long) changes.rounded());
    row.add(changes == null ? null : (Long) changes.flushed());
    row.add(changes == null ? null : (Long) changes.overflowed());
    row.add(changes == null ? null : (Long) changes.clipped());
    row.add(outcome.leastDifferent());
    row.add(outcome.leastLargest());
    row.add(compared.sentence());
    return row;
  }

  /** Null for tensors of several, and for none. */
  private static String dtype(List<SideTensor> tensors) {
    List<String> names = tensors.stream().map(tensor -> tensor.dtype().name()).distinct().toList();
    return names.size() == 1 ? names.get(0) : null;
  }

  private static Long[] shape(List<SideTensor> tensors) {
    return tensors.size() == 1 ? tensors.get(0).shape().toArray(Long[]::new) : null;
  }

  private static void addBins(
      ReportRows rows,
      ComparedSides sides,
      Compared compared,
      String measure,
      Map<Integer, Long> bins) {
    bins.forEach(
        (bin, count) -> {
          List<Object> row = key(sides);
          row.add(compared.pair().name());
          row.add(measure);
          row.add(bin);
          row.add(bin == null ? null : (Double) Math.scalb(1.0, bin));
          row.add(bin == null ? null : (Double) Math.scalb(1.0, bin + 1));
          row.add(count);
          rows.add(Table.PAIR_HISTOGRAMS, RowFactory.create(row.toArray()));
        });
  }
}
