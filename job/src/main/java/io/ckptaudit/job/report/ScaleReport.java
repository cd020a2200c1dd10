package io.ckptaudit.job.report;

import io.ckptaudit.job.training.TargetScales;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.CodeCounts;
import io.ckptaudit.udfs.state.FormatTables;
import io.ckptaudit.udfs.state.ScaleCounts;
import io.ckptaudit.udfs.state.ScaleFigures;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.RowFactory;

/** The rows of {@code scales} of one tensor, layer or model. */
public final class ScaleReport {

  private final CheckpointKey key;
  private final String scope;
  private final String name;
  private final long finite;
  private final ReportRows rows;

  private ScaleReport(
      String checkpoint, String revision, String scope, String name, ScaleCounts counts) {
    this.key = new CheckpointKey(checkpoint, revision);
    this.scope = scope;
    this.name = name;
    this.finite = counts.finite();
    this.rows = new ReportRows(checkpoint, revision);
  }

  /** Of a layer or model: powers of two. */
  public static ReportRows ofGroup(
      String checkpoint,
      String revision,
      String scope,
      String name,
      ScaleCounts counts,
      Collection<Target> targets) {
    ScaleReport report = new ScaleReport(checkpoint, revision, scope, name, counts);
    targets.forEach(target -> report.addPowers(TargetScales.of(counts, target)));
    return report.rows;
  }

  /**
   * Of a tensor: powers of two, and for targets of 8 bits the scales that its largest magnitude
   * asks for.
   *
   * @param codes null where its elements were not counted by code
   */
  public static ReportRows ofTensor(
      String checkpoint,
      String revision,
      String name,
      ScaleCounts counts,
      CodeCounts codes,
      Map<FloatFormat, FormatTables> tables,
      Collection<Target> targets) {
    ScaleReport report = new ScaleReport(checkpoint, revision, "tensor", name, counts);
    for (Target target : targets) {
      report.addPowers(TargetScales.of(counts, target));
      if (target.format().bits() == Byte.SIZE && counts.largest() > 0) {
        report.add(
            target,
            "amax_power_of_two",
            ScaleFigures.ofLargestMagnitude(counts, target),
            null,
            null);
        report.addStored(target, counts, codes, tables);
      }
    }
    return report.rows;
  }

  private void addPowers(TargetScales scales) {
    List<ScaleFigures> all = scales.all();
    for (ScaleFigures figures : all) {
      add(
          scales.target(),
          "power_of_two",
          figures,
          figures == scales.best(),
          figures == scales.largest());
    }
  }

  /** A scale is known where it cannot be tried: it takes the values themselves. */
  private void addStored(
      Target target, ScaleCounts counts, CodeCounts codes, Map<FloatFormat, FormatTables> tables) {
    if (codes != null) {
      ScaleFigures figures =
          ScaleFigures.ofStoredScale(codes, tables.get(codes.dtype().format()), target);
      if (figures != null) {
        add(target, "amax", figures, null, null);
      }
    } else {
      double scale = (float) (counts.largest() / target.format().maxFinite());
      rows.add(
          Table.SCALES,
          RowFactory.create(
              key.uri(),
              key.revision(),
              scope,
              name,
              target.name(),
              "amax",
              null,
              scale,
              finite,
              null,
              null,
              null,
              null,
              null,
              null,
              null));
    }
  }

  private void add(
      Target target, String kind, ScaleFigures figures, Boolean best, Boolean largest) {
    rows.add(
        Table.SCALES,
        RowFactory.create(
            key.uri(),
            key.revision(),
            scope,
            name,
            target.name(),
            kind,
            figures.exponent(),
            figures.inverse(),
            finite,
            figures.overflow(),
            figures.vanished(),
            figures.subnormal(),
            figures.inexact(),
            figures.headroom(),
            best,
            largest));
  }
}
