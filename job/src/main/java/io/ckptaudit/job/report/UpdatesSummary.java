package io.ckptaudit.job.report;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.report.CheckpointSummary.FindingSummary;
import io.ckptaudit.udfs.state.UpdateCounts;
import io.ckptaudit.udfs.state.UpdateFigures;
import java.util.List;
import java.util.Map;

/**
 * What is said of the updates between two steps at a glance, of the whole model.
 *
 * @param before the checkpoint
 * @param after likewise
 * @param tensors compared
 * @param ratios histogram of |before| / |u|
 */
public record UpdatesSummary(
    String before,
    String after,
    long tensors,
    long elements,
    long nonzero,
    List<TargetUpdates> targets,
    List<UpdateFigures.Ratio> ratios,
    Map<String, Long> severities,
    List<FindingSummary> findings) {

  /** One target. */
  public record TargetUpdates(
      String target, long lost, long belowHalfSpacing, long copyOverflow, Double lostShare) {

    private static TargetUpdates of(UpdateFigures figures) {
      return new TargetUpdates(
          figures.target().name(),
          figures.lost(),
          figures.belowHalfSpacing(),
          figures.copyOverflow(),
          figures.lostShare());
    }
  }

  public static UpdatesSummary of(
      ComparedSides steps, long tensors, UpdateCounts model, List<Finding> findings) {
    List<UpdateFigures> figures =
        UpdateFigures.TARGETS.stream().map(target -> UpdateFigures.of(model, target)).toList();
    return new UpdatesSummary(
        steps.left(),
        steps.right(),
        tensors,
        figures.get(0).elements(),
        figures.get(0).nonzero(),
        figures.stream().map(TargetUpdates::of).toList(),
        UpdateFigures.ratios(model),
        CheckpointSummary.severities(findings),
        findings.stream().limit(CheckpointSummary.FINDINGS).map(FindingSummary::of).toList());
  }
}
