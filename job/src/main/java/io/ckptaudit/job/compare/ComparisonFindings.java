package io.ckptaudit.job.compare;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.checkpoint.Quoted;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What is worth saying of a comparison: one finding of a kind, with the number of pairs and the
 * first few by name. The table of pairs has all of them.
 */
public final class ComparisonFindings {

  private static final int NAMED = 3;
  private static final int IN_EVIDENCE = 10;

  private static final Map<Statement, ComparisonRule> RULES =
      new EnumMap<>(
          Map.of(
              Statement.IMAGE, ComparisonRule.VALUES_CHANGED,
              Statement.ORIGINAL, ComparisonRule.VALUES_CHANGED,
              Statement.MOVED, ComparisonRule.VALUES_MOVED,
              Statement.SAME_ROUNDINGS, ComparisonRule.NOT_DECIDED,
              Statement.DIFFERENT, ComparisonRule.VALUES_DIFFER,
              Statement.OTHER_SHAPE, ComparisonRule.SHAPES_DIFFER,
              Statement.NOT_COMPARED, ComparisonRule.NOT_COMPARED,
              Statement.LEFT_ONLY, ComparisonRule.TENSORS_WITHOUT_PARTNER,
              Statement.RIGHT_ONLY, ComparisonRule.TENSORS_WITHOUT_PARTNER));

  private ComparisonFindings() {}

  /** In {@link Finding#ORDER}. */
  public static List<Finding> of(List<Compared> all) {
    List<Finding> findings = new ArrayList<>();
    Map<Statement, List<Compared>> byStatement = new EnumMap<>(Statement.class);
    all.forEach(
        one -> byStatement.computeIfAbsent(one.statement(), none -> new ArrayList<>()).add(one));
    byStatement.forEach(
        (statement, pairs) -> {
          if (RULES.containsKey(statement)) {
            findings.add(of(statement, pairs));
          }
        });
    if (all.stream().noneMatch(one -> one.pair().isPaired())) {
      findings.add(
          finding(
              ComparisonRule.NO_PAIRS,
              null,
              "No tensor of either side has a partner among " + all.size(),
              new LinkedHashMap<>()));
    }
    findings.sort(Finding.ORDER);
    return findings;
  }

  /** A side whose own run could not finish, or has findings; neither where it is clean. */
  public static List<Finding> ofSide(String side, String run, String verdict) {
    ComparisonRule rule =
        switch (verdict) {
          case "clean" -> null;
          case "incomplete" -> ComparisonRule.SIDE_INCOMPLETE;
          default -> ComparisonRule.SIDE_HAS_FINDINGS;
        };
    if (rule == null) {
      return List.of();
    }
    LinkedHashMap<String, Serializable> evidence = new LinkedHashMap<>();
    evidence.put("side", side);
    evidence.put("verdict", verdict);
    String message = "The run of " + side + " is '" + verdict + "': " + Quoted.of(run);
    return List.of(finding(rule, null, message, evidence));
  }

  private static Finding of(Statement statement, List<Compared> pairs) {
    LinkedHashMap<String, Serializable> evidence = new LinkedHashMap<>();
    evidence.put("statement", statement.id());
    evidence.put("pairs", pairs.size());
    evidence.put(
        "first",
        pairs.stream()
            .limit(IN_EVIDENCE)
            .map(one -> one.pair().name())
            .collect(Collectors.toCollection(ArrayList::new)));
    String names =
        pairs.stream()
            .limit(NAMED)
            .map(one -> Quoted.of(one.pair().name()))
            .collect(Collectors.joining(", "));
    String more = pairs.size() > NAMED ? " and " + (pairs.size() - NAMED) + " more" : "";
    String count =
        String.format(Locale.ROOT, "%,d %s", pairs.size(), pairs.size() == 1 ? "pair" : "pairs");
    String message = count + ": " + statement.meaning() + numbers(statement, pairs, evidence);
    String tensor = pairs.size() == 1 ? pairs.get(0).pair().name() : null;
    return finding(RULES.get(statement), tensor, message + ", in " + names + more, evidence);
  }

  /** How much differs or has changed, where it is known. */
  private static String numbers(
      Statement statement, List<Compared> pairs, LinkedHashMap<String, Serializable> evidence) {
    if (statement == Statement.DIFFERENT) {
      long least =
          pairs.stream()
              .map(one -> one.outcome().leastDifferent())
              .mapToLong(known -> known == null ? 1 : known)
              .sum();
      evidence.put("least_different", least);
      return String.format(
          Locale.ROOT, "; at least %,d %s", least, least == 1 ? "value differs" : "values differ");
    }
    boolean known = pairs.stream().allMatch(one -> one.outcome().changes() != null);
    if (statement == Statement.IMAGE && known) {
      long changed = pairs.stream().mapToLong(one -> one.outcome().changes().changed()).sum();
      evidence.put("lost", changed);
      String values = changed == 1 ? "value" : "values";
      return String.format(
          Locale.ROOT, "; %,d %s rounded, made zero, overflowed or clipped", changed, values);
    }
    return "";
  }

  private static Finding finding(
      ComparisonRule rule,
      String tensor,
      String message,
      LinkedHashMap<String, Serializable> evidence) {
    return new Finding(
        0,
        rule.name(),
        rule.severity(),
        rule.isIncomplete(),
        null,
        tensor,
        null,
        message + "; " + rule.action(),
        evidence,
        rule.action());
  }
}
