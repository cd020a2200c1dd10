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
    @JsonInclude(JsonInclude.Include.NON_NULL) ComparisonSummary comparison) {

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
        null);
  }
}
