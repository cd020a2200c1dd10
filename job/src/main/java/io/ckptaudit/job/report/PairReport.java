package io.ckptaudit.job.report;

import io.ckptaudit.job.compare.Changes;
import io.ckptaudit.job.compare.Compared;
import io.ckptaudit.job.compare.Differences;
import io.ckptaudit.job.compare.ElementPlace;
import io.ckptaudit.job.compare.ElementsCompared;
import io.ckptaudit.job.compare.PairOutcome;
import io.ckptaudit.job.compare.SideTensor;
import io.ckptaudit.udfs.state.ElementDifferences;
import io.ckptaudit.udfs.state.Histogram;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.RowFactory;

/**
 * What is said of one pair, and its rows.
 *
 * @param differences null where they are not known
 */
public record PairReport(ComparedSides sides, Compared compared, Differences differences)
    implements Serializable {

  private static final int ELEMENT_COLUMNS = 7;

  /** The same with what comparing its elements came to, if anybody did. */
  public PairReport with(Map<String, ElementsCompared> elements) {
    return new PairReport(sides, with(compared, elements), differences);
  }

  public static Compared with(Compared one, Map<String, ElementsCompared> elements) {
    ElementsCompared found = elements.get(one.pair().name());
    return found == null || !one.pair().isPaired() ? one : one.with(found);
  }

  public ReportRows rows() {
    ReportRows rows =
        new ReportRows(sides.right(), sides.rightRevision(), sides.left(), sides.leftRevision());
    rows.add(Table.PAIRS, RowFactory.create(pair().toArray()));
    if (differences != null) {
      addBins(rows, "absolute", differences.absolute());
      addBins(rows, "relative", differences.relative());
    }
    if (compared.isByElements() && compared.elements().differences().dtype().isFloating()) {
      addElements(rows, compared.elements().differences());
    }
    return rows;
  }

  private void addElements(ReportRows rows, ElementDifferences found) {
    long equal = found.elements() - found.different();
    addBins(rows, "element_absolute", bins(found.absolute(), equal));
    addBins(rows, "element_relative", bins(found.relative(), equal));
    addBins(rows, "element_ulp", bins(found.steps(), equal));
  }

  /** Zero first, under null. */
  private static Map<Integer, Long> bins(Histogram histogram, long equal) {
    Map<Integer, Long> bins = new LinkedHashMap<>();
    if (equal + histogram.zero() > 0) {
      bins.put(null, equal + histogram.zero());
    }
    histogram.forEach(bins::put);
    return bins;
  }

  private List<Object> key() {
    List<Object> row = new ArrayList<>();
    row.add(sides.right());
    row.add(sides.rightRevision());
    row.add(sides.left());
    row.add(sides.leftRevision());
    return row;
  }

  private List<Object> pair() {
    PairOutcome outcome = compared.outcome();
    List<SideTensor> left = compared.pair().left();
    List<SideTensor> right = compared.pair().right();
    List<Object> row = key();
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
    addElements(row);
    return row;
  }

  private void addElements(List<Object> row) {
    if (!compared.isByElements()) {
      row.addAll(Arrays.asList(new Object[ELEMENT_COLUMNS]));
      return;
    }
    ElementDifferences found = compared.elements().differences();
    List<ElementPlace> first = compared.firstDifferent();
    boolean measured = found.dtype().isFloating();
    row.add(compared.elements().order().id());
    row.add(found.different());
    row.add(first.isEmpty() ? null : first.get(0).tensor());
    row.add(first.isEmpty() ? null : first.get(0).index().toArray(Long[]::new));
    row.add(first.stream().map(ElementPlace::flat).toArray(Long[]::new));
    row.add(measured ? (Long) found.largestSteps() : null);
    row.add(measured ? (Double) found.largest() : null);
  }

  /** Null for tensors of several, and for none. */
  private static String dtype(List<SideTensor> tensors) {
    List<String> names = tensors.stream().map(tensor -> tensor.dtype().name()).distinct().toList();
    return names.size() == 1 ? names.get(0) : null;
  }

  private static Long[] shape(List<SideTensor> tensors) {
    return tensors.size() == 1 ? tensors.get(0).shape().toArray(Long[]::new) : null;
  }

  private void addBins(ReportRows rows, String measure, Map<Integer, Long> bins) {
    bins.forEach(
        (bin, count) -> {
          List<Object> row = key();
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
