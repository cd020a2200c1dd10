package io.ckptaudit.job.report;

import io.ckptaudit.job.compare.Statement;
import io.ckptaudit.job.report.CheckpointSummary.FindingSummary;

/** A comparison at a glance: the sentence about both models, pairs by statement, findings. */
final class ComparisonText {

  private final TextPage page;
  private final ComparisonSummary comparison;

  ComparisonText(TextPage page, ComparisonSummary comparison) {
    this.page = page;
    this.comparison = comparison;
  }

  void print() {
    page.wrapped("LEFT  " + Characters.visible(comparison.left()), "      ");
    page.wrapped("RIGHT " + Characters.visible(comparison.right()), "      ");
    page.line("");
    page.wrapped(comparison.sentence() + ".", "");
    page.line("");
    for (Statement statement : Statement.values()) {
      long pairs = comparison.pairs().getOrDefault(statement.id(), 0L);
      if (pairs > 0) {
        String count = Counted.of(pairs, "pair");
        page.wrapped(statement.id() + " in " + count + ": " + statement.meaning(), "  ");
      }
    }
    comparison.findings().forEach(found -> finding(page, found));
    page.rule('-');
  }

  /** The severity, the fact and what to do. */
  static void finding(TextPage page, FindingSummary finding) {
    String severity = finding.severity().equals("INFO") ? "note" : finding.severity();
    String message = finding.message();
    int fact = message.length() - finding.action().length() - 2;
    page.wrapped(
        severity + " " + finding.rule() + ": " + Characters.visible(message.substring(0, fact)),
        "  ");
    page.wrapped("-> " + Characters.visible(finding.action()), "   ");
  }
}
