package io.ckptaudit.job.cli;

import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.pipeline.ReadChoice;
import io.ckptaudit.job.pipeline.RunIds;
import picocli.CommandLine.Option;

/** The options of commands that read weights and publish a run. */
final class RunOptions {

  @Option(
      names = "--report",
      paramLabel = "DIR",
      required = true,
      description = "Where the report goes.")
  private String report;

  @Option(
      names = "--run-id",
      paramLabel = "ID",
      description = "Of the form [a-z][a-z0-9-]*; a run that exists is not made again.")
  private String runId;

  @Option(
      names = "--fail-on",
      paramLabel = "SEVERITY",
      defaultValue = "error",
      description = "error, warning or never: from which severity on the exit code is 10.")
  private Verdict.FailOn failOn;

  @Option(
      names = "--split-size",
      paramLabel = "SIZE",
      converter = SizeConverter.class,
      description = "Most bytes a task reads in one go, such as 256MiB.",
      defaultValue = "256MiB")
  private Long splitSize;

  @Option(
      names = "--read",
      paramLabel = "WAY",
      description = "auto, map, buffered or direct: how local weights are read.",
      defaultValue = "auto")
  private ReadChoice read;

  @Option(names = "--master", paramLabel = "URL", description = "Spark master; local[*] if none.")
  private String master;

  String report() {
    return report;
  }

  /** As given, or a new one. */
  String runId() {
    if (runId == null) {
      runId = RunIds.next();
    }
    return runId;
  }

  Verdict.FailOn failOn() {
    return failOn;
  }

  long splitBytes() {
    return splitSize;
  }

  ReadChoice read() {
    return read;
  }

  String master() {
    return master;
  }
}
