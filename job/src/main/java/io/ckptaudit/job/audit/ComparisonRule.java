package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.FindingRule;
import io.ckptaudit.job.checkpoint.Severity;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.List;

/** What a comparison of two checkpoints can find: id, severity, and what to do about it. */
public enum ComparisonRule implements FindingRule {
  NO_PAIRS(
      Severity.ERROR,
      false,
      "no tensor of either side has a partner",
      "",
      "give two checkpoints of one model, in names that one of the known maps or --names connects"),
  TENSORS_WITHOUT_PARTNER(
      Severity.ERROR,
      false,
      "one side has tensors that the other has not",
      "statement pairs first",
      "look for the missing tensors, or for the wrong checkpoint"),
  SHAPES_DIFFER(
      Severity.ERROR,
      false,
      "tensors of one name have other shapes",
      "statement pairs first",
      "check that both sides are of one model, vocabulary and layout"),
  VALUES_DIFFER(
      Severity.ERROR,
      false,
      "no known change leads from LEFT's values to RIGHT's",
      "statement pairs first least_different? different? first_tensor? first_element?",
      "find out who changed these tensors, or take them from the original"),
  VALUES_MOVED(
      Severity.ERROR,
      false,
      "the values that it should have are in another order",
      "statement pairs first different? first_tensor? first_element?",
      "compare the order of the elements: the same values elsewhere are another tensor"),
  VALUES_CHANGED(
      Severity.WARNING,
      false,
      "RIGHT's values are LEFT's changed in a known way, or the other way round",
      "statement pairs first lost?",
      "decide whether these losses matter, or take the original"),
  NOT_DECIDED(
      Severity.WARNING,
      false,
      "32- or 64-bit values round to the same ones, or next to them; stored runs say no more",
      "statement pairs first",
      "compare the weights themselves, with --values: stored counts do not tell"),
  BITS_DIFFER(
      Severity.ERROR,
      false,
      "32- or 64-bit values round to the same ones, and their bytes differ",
      "statement pairs first",
      "compare the weights themselves, with --values: stored counts do not tell what differs"),
  NOT_COMPARED(
      Severity.ERROR,
      true,
      "a side has no figures of a tensor",
      "statement pairs first",
      "audit the side again until every tensor has figures"),
  ELEMENTS_NOT_COMPARED(
      Severity.WARNING,
      false,
      "elements were to be compared and cannot be, for their layout or dtypes",
      "pairs",
      "compare these tensors where their elements lie in order"),
  ELEMENTS_NOT_READ(
      Severity.ERROR,
      true,
      "elements were to be compared and could not be read, or are no longer those that were audited",
      "pairs",
      "look into the log, keep writers away and compare again"),
  SIDE_INCOMPLETE(
      Severity.ERROR,
      true,
      "the run of a side could not finish",
      "side verdict",
      "audit the side again until it is complete"),
  SIDE_HAS_FINDINGS(
      Severity.INFO,
      false,
      "the run of a side has findings of its own",
      "side verdict",
      "look at the findings of that run");

  private final Severity severity;
  private final boolean incomplete;
  private final String meaning;
  private final List<String> evidence;
  private final String action;

  ComparisonRule(
      Severity severity, boolean incomplete, String meaning, String evidence, String action) {
    this.severity = severity;
    this.incomplete = incomplete;
    this.meaning = meaning;
    this.evidence = evidence.isEmpty() ? List.of() : List.of(evidence.split(" ", -1));
    this.action = action;
  }

  /**
   * A finding of this rule.
   *
   * @param tensor or null
   */
  public Finding of(String tensor, String message, LinkedHashMap<String, Serializable> evidence) {
    return new Finding(
        0,
        name(),
        severity,
        incomplete,
        null,
        tensor,
        null,
        message + "; " + action,
        evidence,
        action);
  }

  @Override
  public List<Severity> severities() {
    return List.of(severity);
  }

  @Override
  public boolean isIncomplete() {
    return incomplete;
  }

  @Override
  public String meaning() {
    return meaning;
  }

  @Override
  public List<String> evidence() {
    return evidence;
  }

  @Override
  public String action() {
    return action;
  }

  @Override
  public List<String> incidents() {
    return List.of();
  }
}
