package io.ckptaudit.job.report;

import java.util.List;
import java.util.Map;

/**
 * What {@code verdict.json} holds: the outcome of a run and all that {@code show} and {@code gate}
 * need, so that they start no Spark.
 *
 * @param verdict {@code clean}, {@code findings} or {@code incomplete}
 * @param exitCode of the run, and of {@code gate}
 * @param config what the user asked for, secrets redacted
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
    List<CheckpointSummary> checkpoints) {}
