package io.ckptaudit.job.report;

import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.report.CheckpointSummary.FindingSummary;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A run at a glance in GitHub's Markdown, for a pull request or a chat: the verdict, what each
 * checkpoint is, and what is wrong with it, where, and what to do. At most about {@value #LONGEST}
 * characters, which a comment can hold.
 */
public final class SummaryMarkdown {

  static final int LONGEST = 60_000;

  private static final int NAME = 100;
  private static final int SENTENCE = 400;
  private static final int CHECKPOINTS = 100;

  private final StringBuilder page = new StringBuilder();

  private SummaryMarkdown() {}

  public static String of(RunVerdict run) {
    SummaryMarkdown summary = new SummaryMarkdown();
    summary.outcome(run);
    if (run.comparison() != null) {
      summary.comparison(run.comparison());
      return summary.page.toString();
    }
    if (run.scales() != null || run.updates() != null) {
      return summary.page + TrainingMarkdown.of(run);
    }
    summary.checkpoints(run.checkpoints());
    summary.findings(run.checkpoints());
    return summary.page.toString();
  }

  private void outcome(RunVerdict run) {
    line("## Checkpoint audit: " + Markdown.words(run.verdict(), NAME));
    line("");
    line(
        "Run "
            + Markdown.code(run.runId(), NAME)
            + ", exit code "
            + run.exitCode()
            + ", fails on "
            + Markdown.words(run.failOn(), NAME));
    line("");
  }

  private void comparison(ComparisonSummary comparison) {
    line("LEFT " + Markdown.code(comparison.left(), SENTENCE) + "  ");
    line("RIGHT " + Markdown.code(comparison.right(), SENTENCE));
    line("");
    line(Markdown.words(comparison.sentence() + ".", 2 * SENTENCE));
    line("");
    comparison.findings().forEach(this::comparisonFinding);
  }

  private void comparisonFinding(CheckpointSummary.FindingSummary finding) {
    line(
        "- "
            + Markdown.words(finding.severity() + " " + finding.rule() + ": ", NAME)
            + Markdown.words(finding.message(), SENTENCE));
  }

  private void checkpoints(List<CheckpointSummary> checkpoints) {
    row("checkpoint", "errors", "warnings", "notes", "tensors", "values", "size", "stored as");
    line("|---|--:|--:|--:|--:|--:|--:|---|");
    checkpoints.stream().limit(CHECKPOINTS).forEach(this::checkpoint);
    more(checkpoints.size() - CHECKPOINTS, "more checkpoints");
  }

  private void checkpoint(CheckpointSummary checkpoint) {
    LayerSummary model = checkpoint.model();
    row(
        Markdown.code(SummaryText.name(checkpoint), NAME),
        count(checkpoint, "ERROR"),
        count(checkpoint, "WARNING"),
        count(checkpoint, "INFO"),
        model == null ? "" : Counted.of(model.tensors()),
        model == null ? "" : Counted.of(model.elements()),
        model == null ? "" : Counted.bytes(model.bytes()),
        checkpoint.dtypes().entrySet().stream()
            .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
            .map(dtype -> Markdown.code(dtype.getKey(), NAME))
            .collect(Collectors.joining(" ")));
  }

  private static String count(CheckpointSummary checkpoint, String severity) {
    return Counted.of(checkpoint.severities().getOrDefault(severity, 0L));
  }

  private void findings(List<CheckpointSummary> checkpoints) {
    int shown = 0;
    List<CheckpointSummary> found =
        checkpoints.stream().filter(checkpoint -> !checkpoint.findings().isEmpty()).toList();
    for (CheckpointSummary checkpoint : found) {
      int before = page.length();
      findings(checkpoint);
      if (page.length() > LONGEST) {
        page.setLength(before);
        break;
      }
      shown++;
    }
    more(found.size() - shown, "more checkpoints with findings");
  }

  private void findings(CheckpointSummary checkpoint) {
    line("");
    line("### " + Markdown.code(SummaryText.name(checkpoint), NAME));
    line("");
    if (checkpoint.missing() != null) {
      line(checkpoint.missing().inWords(checkpoint.files(), name -> Markdown.code(name, NAME)));
      line("");
    }
    if (checkpoint.checksums() != null) {
      line(checkpoint.checksums().inWords());
      line("");
    }
    row("severity", "rule", "where", "what", "what to do");
    line("|---|---|---|---|---|");
    for (FindingSummary finding : checkpoint.findings()) {
      row(
          severity(finding.severity()),
          Markdown.code(finding.rule(), NAME),
          where(finding),
          Markdown.code(fact(finding), SENTENCE),
          Markdown.words(finding.action(), SENTENCE));
    }
    long all = checkpoint.severities().values().stream().mapToLong(Long::longValue).sum();
    more(all - checkpoint.findings().size(), "more in the table findings");
  }

  private static String severity(String severity) {
    String name = Markdown.words(severity, NAME);
    return severity.equals("ERROR") ? "**" + name + "**" : name;
  }

  private static String where(FindingSummary finding) {
    String tensor = finding.tensor() == null ? "" : Markdown.code(finding.tensor(), NAME);
    String file = finding.file() == null ? "" : Markdown.code(finding.file(), NAME);
    String offset = finding.byteOffset() == null ? "" : " at byte " + finding.byteOffset();
    return tensor + (tensor.isEmpty() || file.isEmpty() ? "" : " in ") + file + offset;
  }

  /** The sentence less the place and what to do, which have their own columns. */
  private static String fact(FindingSummary finding) {
    String action = "; " + finding.action();
    String place =
        " in tensor "
            + Quoted.of(String.valueOf(finding.tensor()))
            + " of "
            + Quoted.plain(String.valueOf(finding.file()))
            + " at byte "
            + finding.byteOffset();
    return without(without(finding.message(), action), place);
  }

  private static String without(String text, String end) {
    return text.endsWith(end) ? text.substring(0, text.length() - end.length()) : text;
  }

  private void more(long count, String what) {
    if (count > 0) {
      line("");
      line("... and " + Counted.of(count) + " " + what);
    }
  }

  private void row(String... cells) {
    line("| " + String.join(" | ", cells) + " |");
  }

  private void line(String line) {
    page.append(line).append('\n');
  }
}
