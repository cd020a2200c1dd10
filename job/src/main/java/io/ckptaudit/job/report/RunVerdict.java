package io.ckptaudit.job.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * What {@code verdict.json} holds: the outcome of a run and all that {@code show} and {@code gate}
 * need, so that they start no Spark.
 *
 * @param verdict {@code clean}, {@code findings} or {@code incomplete}
 * @param exitCode of the run, and of {@code gate}
 * @param config what the user asked for, secrets redacted
 * @param comparison what a comparison says; null for an audit, which has checkpoints instead
 * @param scales what scales do; null for other runs
 * @param updates what became of updates; null for other runs
 * @param failOn the severity the gate was set to
 */
public record RunVerdict(
    int contractVersion,
    String runId,
    String version,
    String started,
    String finished,
    String verdict,
    int exitCode,
    String failOn,
    long bytesRead,
    Map<String, String> config,
    List<CheckpointSummary> checkpoints,
    @JsonInclude(JsonInclude.Include.NON_NULL) ComparisonSummary comparison,
    @JsonInclude(JsonInclude.Include.NON_NULL) ScalesSummary scales,
    @JsonInclude(JsonInclude.Include.NON_NULL) UpdatesSummary updates) {

  /** Of an audit. */
  public RunVerdict(
      int contractVersion,
      String runId,
      String version,
      String started,
      String finished,
      String verdict,
      int exitCode,
      String failOn,
      long bytesRead,
      Map<String, String> config,
      List<CheckpointSummary> checkpoints) {
    this(
        contractVersion,
        runId,
        version,
        started,
        finished,
        verdict,
        exitCode,
        failOn,
        bytesRead,
        config,
        checkpoints,
        null,
        null,
        null);
  }

  /** The same of a comparison. */
  public RunVerdict with(ComparisonSummary compared) {
    return with(compared, null, null);
  }

  /** The same of scales. */
  public RunVerdict with(ScalesSummary scaled) {
    return with(null, scaled, null);
  }

  /** The same of updates. */
  public RunVerdict with(UpdatesSummary updated) {
    return with(null, null, updated);
  }

  private RunVerdict with(
      ComparisonSummary compared, ScalesSummary scaled, UpdatesSummary updated) {
    return new RunVerdict(
        contractVersion,
        runId,
        version,
        started,
        finished,
        verdict,
        exitCode,
        failOn,
        bytesRead,
        config,
        checkpoints,
        compared,
        scaled,
        updated);
  }

  /** Findings by severity, of a run that has no checkpoints of its own to tell them; else null. */
  Map<String, Long> ownSeverities() {
    if (comparison != null) {
      return comparison.severities();
    }
    if (scales != null) {
      return scales.severities();
    }
    return updates == null ? null : updates.severities();
  }
}
