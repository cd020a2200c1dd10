package io.ckptaudit.job.report;

import io.ckptaudit.job.report.CheckpointSummary.FindingSummary;
import io.ckptaudit.job.report.ScalesSummary.Line;
import io.ckptaudit.job.report.ScalesSummary.TargetLines;
import io.ckptaudit.job.report.UpdatesSummary.TargetUpdates;
import java.util.List;

/** The part of a page of Markdown about scales or updates. */
final class TrainingMarkdown {

  private static final int NAME = 100;
  private static final int SENTENCE = 400;

  private final StringBuilder page = new StringBuilder();

  private TrainingMarkdown() {}

  static String of(RunVerdict run) {
    TrainingMarkdown markdown = new TrainingMarkdown();
    if (run.scales() != null) {
      markdown.scales(run.scales());
    } else {
      markdown.updates(run.updates());
    }
    return markdown.page.toString();
  }

  private void scales(ScalesSummary scales) {
    line("CHECKPOINT " + Markdown.code(scales.checkpoint(), SENTENCE));
    line("");
    row("target", "scale", "overflow", "vanished", "subnormal", "inexact", "headroom");
    line("|---|---|--:|--:|--:|--:|--:|");
    for (TargetLines target : scales.targets()) {
      scale(target.target(), "as is", target.unscaled());
      scale(target.target(), "best", target.best());
      if (target.largest() != null) {
        scale(target.target(), "largest", target.largest());
      }
    }
    findings(scales.findings());
  }

  private void scale(String target, String what, Line line) {
    row(
        Markdown.code(target, NAME),
        what + " 2^" + line.exponent(),
        Counted.of(line.overflow()),
        Counted.of(line.vanished()),
        Counted.of(line.subnormal()),
        Counted.of(line.inexact()),
        TrainingText.headroom(line.headroom()));
  }

  private void updates(UpdatesSummary updates) {
    line("BEFORE " + Markdown.code(updates.before(), SENTENCE) + "  ");
    line("AFTER " + Markdown.code(updates.after(), SENTENCE));
    line("");
    row("copy in", "updates", "lost", "below half spacing", "of the sum of magnitudes");
    line("|---|--:|--:|--:|--:|");
    for (TargetUpdates target : updates.targets()) {
      row(
          Markdown.code(target.target(), NAME),
          Counted.of(updates.nonzero()),
          Counted.of(target.lost()),
          Counted.of(target.belowHalfSpacing()),
          TrainingText.share(target.lostShare()));
    }
    findings(updates.findings());
  }

  private void findings(List<FindingSummary> findings) {
    line("");
    for (FindingSummary finding : findings) {
      line(
          "- "
              + Markdown.words(finding.severity() + " " + finding.rule() + ": ", NAME)
              + Markdown.words(finding.message(), SENTENCE));
    }
  }

  private void row(String... cells) {
    line("| " + String.join(" | ", cells) + " |");
  }

  private void line(String line) {
    page.append(line).append('\n');
  }
}
