package io.ckptaudit.job.report;

import java.util.Map;
import java.util.stream.Collectors;

/** A run at a glance, in {@value #WIDTH} columns: the outcome first, then each checkpoint. */
public final class SummaryText {

  static final int WIDTH = 80;

  private final TextPage page = new TextPage(WIDTH);

  private SummaryText() {}

  /**
   * @param report where the run is, as the user named it
   */
  public static String of(RunVerdict run, String report) {
    SummaryText summary = new SummaryText();
    summary.outcome(run, report);
    if (run.comparison() != null) {
      new ComparisonText(summary.page, run.comparison()).print();
    }
    if (run.scales() != null) {
      new TrainingText(summary.page).print(run.scales());
    }
    if (run.updates() != null) {
      new TrainingText(summary.page).print(run.updates());
    }
    run.checkpoints().forEach(checkpoint -> new CheckpointText(summary.page, checkpoint).print());
    return summary.page.toString();
  }

  private void outcome(RunVerdict run, String report) {
    page.rule('=');
    page.ends(
        "VERDICT: " + run.verdict(), "exit code " + run.exitCode() + ", fail on " + run.failOn());
    for (CheckpointSummary checkpoint : run.checkpoints()) {
      page.ends("  " + name(checkpoint), counts(checkpoint.severities()));
    }
    page.wrapped("run " + run.runId() + " in " + Characters.visible(report), "  ");
    page.rule('=');
  }

  /** A run in one line. */
  public static String line(RunVerdict run) {
    if (run.ownSeverities() != null) {
      return run.runId() + ": " + run.verdict() + " (" + counts(run.ownSeverities()) + ")";
    }
    return run.checkpoints().stream()
        .map(checkpoint -> name(checkpoint) + ": " + counts(checkpoint.severities()))
        .collect(Collectors.joining("; ", run.runId() + ": " + run.verdict() + " (", ")"));
  }

  static String name(CheckpointSummary checkpoint) {
    String uri = checkpoint.checkpoint();
    return Characters.visible(uri.substring(uri.lastIndexOf('/') + 1));
  }

  private static String counts(Map<String, Long> severities) {
    String counts =
        part(severities, "ERROR", "error")
            + part(severities, "WARNING", "warning")
            + part(severities, "INFO", "note");
    return counts.isEmpty() ? "clean" : counts.substring(2);
  }

  private static String part(Map<String, Long> severities, String severity, String noun) {
    long count = severities.getOrDefault(severity, 0L);
    return count == 0 ? "" : ", " + Counted.of(count, noun);
  }
}
