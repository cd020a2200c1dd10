package io.ckptaudit.job.report;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.compare.ModelStatement;
import io.ckptaudit.job.report.CheckpointSummary.FindingSummary;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is said of a comparison at a glance; the table of pairs has the rest.
 *
 * @param left the checkpoint, as its run has it
 * @param right likewise
 * @param sentence about both models, without its full stop
 * @param explanation what leads from one to the other, or null
 * @param alternatives that cannot be told from it
 * @param pairs by statement
 */
public record ComparisonSummary(
    String left,
    String right,
    String sentence,
    String explanation,
    List<String> alternatives,
    Map<String, Long> pairs,
    Map<String, Long> severities,
    List<FindingSummary> findings) {

  public static ComparisonSummary of(
      ComparedSides sides, ModelStatement model, List<Finding> findings) {
    Map<String, Long> pairs = new TreeMap<>();
    model.counts().forEach((statement, count) -> pairs.put(statement.id(), count));
    return new ComparisonSummary(
        sides.left(),
        sides.right(),
        model.sentence(),
        model.explanation(),
        model.alternatives(),
        pairs,
        CheckpointSummary.severities(findings),
        findings.stream().map(FindingSummary::of).toList());
  }
}
