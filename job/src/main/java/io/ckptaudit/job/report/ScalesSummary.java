package io.ckptaudit.job.report;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.report.CheckpointSummary.FindingSummary;
import io.ckptaudit.job.training.TargetScales;
import io.ckptaudit.udfs.state.ScaleCounts;
import io.ckptaudit.udfs.state.ScaleFigures;
import java.util.List;
import java.util.Map;

/**
 * What is said of the scales of a checkpoint at a glance; the table has every scale of every
 * tensor.
 *
 * @param absMax largest finite magnitude; null without values
 * @param targets figures of the whole model
 */
public record ScalesSummary(
    String checkpoint,
    long tensors,
    long finite,
    long nonFinite,
    Double absMax,
    List<TargetLines> targets,
    Map<String, Long> severities,
    List<FindingSummary> findings) {

  /** One target: as the values are, with the best scale, with the largest (or null). */
  public record TargetLines(String target, Line unscaled, Line best, Line largest) {

    private static TargetLines of(TargetScales scales) {
      return new TargetLines(
          scales.target().name(),
          Line.of(scales.unscaled()),
          Line.of(scales.best()),
          scales.largest() == null ? null : Line.of(scales.largest()));
    }
  }

  /** The figures of one scale, 2^exponent. */
  public record Line(
      int exponent, long overflow, long vanished, long subnormal, long inexact, Double headroom) {

    private static Line of(ScaleFigures figures) {
      return new Line(
          figures.exponent(),
          figures.overflow(),
          figures.vanished(),
          figures.subnormal(),
          figures.inexact(),
          figures.headroom());
    }
  }

  /**
   * @param model null where no tensor was counted
   */
  public static ScalesSummary of(
      String checkpoint,
      long tensors,
      ScaleCounts model,
      List<TargetScales> targets,
      List<Finding> findings) {
    boolean none = model == null;
    return new ScalesSummary(
        checkpoint,
        tensors,
        none ? 0 : model.finite(),
        none ? 0 : model.nan() + model.infinite(),
        none || model.largest() == 0 ? null : (Double) model.largest(),
        targets.stream().map(TargetLines::of).toList(),
        CheckpointSummary.severities(findings),
        findings.stream().limit(CheckpointSummary.FINDINGS).map(FindingSummary::of).toList());
  }
}
