package io.ckptaudit.job.compare;

import io.ckptaudit.job.checkpoint.Severity;

/** What a comparison can find. */
enum ComparisonRule {
  NO_PAIRS(
      Severity.ERROR,
      false,
      "give two checkpoints of one model, in names that one of the known maps connects"),
  TENSORS_WITHOUT_PARTNER(
      Severity.ERROR, false, "look for the missing tensors, or for the wrong checkpoint"),
  SHAPES_DIFFER(
      Severity.ERROR, false, "check that both sides are of one model, vocabulary and layout"),
  VALUES_DIFFER(
      Severity.ERROR, false, "find out who changed these tensors, or take them from the original"),
  VALUES_MOVED(
      Severity.ERROR,
      false,
      "compare the order of the elements: the same values elsewhere are another tensor"),
  VALUES_CHANGED(
      Severity.WARNING, false, "decide whether these losses matter, or take the original"),
  NOT_DECIDED(Severity.WARNING, false, "compare the weights themselves: stored counts do not tell"),
  NOT_COMPARED(Severity.ERROR, true, "audit the side again until every tensor has figures"),
  SIDE_INCOMPLETE(Severity.ERROR, true, "audit the side again until it is complete"),
  SIDE_HAS_FINDINGS(Severity.INFO, false, "look at the findings of that run");

  private final Severity severity;
  private final boolean incomplete;
  private final String action;

  ComparisonRule(Severity severity, boolean incomplete, String action) {
    this.severity = severity;
    this.incomplete = incomplete;
    this.action = action;
  }

  Severity severity() {
    return severity;
  }

  boolean isIncomplete() {
    return incomplete;
  }

  String action() {
    return action;
  }
}
