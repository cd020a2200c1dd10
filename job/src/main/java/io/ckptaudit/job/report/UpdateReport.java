package io.ckptaudit.job.report;

import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.UpdateCounts;
import io.ckptaudit.udfs.state.UpdateFigures;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.RowFactory;

/** The rows of {@code updates} and {@code update_histograms} of one tensor, layer or model. */
public final class UpdateReport {

  /** Where a target may begin to lose an update: half of its spacing at the most. */
  private static final int F16_LINE = 11;

  private static final int BF16_LINE = 8;

  private UpdateReport() {}

  /**
   * @param steps BEFORE as the left one, AFTER as the right one
   */
  public static ReportRows of(ComparedSides steps, String scope, String name, UpdateCounts counts) {
    ReportRows rows =
        new ReportRows(steps.right(), steps.rightRevision(), steps.left(), steps.leftRevision());
    for (Target target : UpdateFigures.TARGETS) {
      UpdateFigures figures = UpdateFigures.of(counts, target);
      List<Object> row = key(steps, scope, name);
      row.addAll(
          Arrays.asList(
              target.name(),
              figures.elements(),
              figures.nonzero(),
              figures.zero(),
              figures.nonFinite(),
              figures.lost(),
              figures.belowHalfSpacing(),
              figures.copyOverflow(),
              figures.below24(),
              figures.above2048(),
              figures.above256(),
              figures.sum(),
              figures.sumLost(),
              figures.lostShare()));
      rows.add(Table.UPDATES, RowFactory.create(row.toArray()));
    }
    for (UpdateFigures.Ratio ratio : UpdateFigures.ratios(counts)) {
      Integer bin = ratio.bin();
      List<Object> row = key(steps, scope, name);
      row.add(bin);
      row.add(bin == null ? 0.0 : Math.scalb(1.0, bin));
      row.add(bin == null ? 0.0 : Math.scalb(1.0, bin + 1));
      row.addAll(Arrays.asList(ratio.count(), ratio.lostInF16(), ratio.lostInBf16(), line(bin)));
      rows.add(Table.UPDATE_HISTOGRAMS, RowFactory.create(row.toArray()));
    }
    return rows;
  }

  /** The target whose line the bin begins at, or null. */
  static String line(Integer bin) {
    if (bin == null || bin != F16_LINE && bin != BF16_LINE) {
      return null;
    }
    return bin == F16_LINE ? "F16" : "BF16";
  }

  private static List<Object> key(ComparedSides steps, String scope, String name) {
    return new ArrayList<>(
        Arrays.asList(
            steps.right(), steps.rightRevision(), steps.left(), steps.leftRevision(), scope, name));
  }
}
