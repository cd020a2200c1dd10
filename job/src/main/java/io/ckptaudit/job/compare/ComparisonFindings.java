package io.ckptaudit.job.compare;

import io.ckptaudit.job.audit.ComparisonRule;
import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.checkpoint.Quoted;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
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
          Map.ofEntries(
              Map.entry(Statement.IMAGE_IN_ORDER, ComparisonRule.VALUES_CHANGED),
              Map.entry(Statement.ORIGINAL_IN_ORDER, ComparisonRule.VALUES_CHANGED),
              Map.entry(Statement.IMAGE, ComparisonRule.VALUES_CHANGED),
              Map.entry(Statement.ORIGINAL, ComparisonRule.VALUES_CHANGED),
              Map.entry(Statement.MOVED, ComparisonRule.VALUES_MOVED),
              Map.entry(Statement.NOT_PERMUTED, ComparisonRule.VALUES_MOVED),
              Map.entry(Statement.SAME_ROUNDINGS, ComparisonRule.NOT_DECIDED),
              Map.entry(Statement.UNDECIDED, ComparisonRule.NOT_DECIDED),
              Map.entry(Statement.OTHER_BITS, ComparisonRule.BITS_DIFFER),
              Map.entry(Statement.DIFFERENT, ComparisonRule.VALUES_DIFFER),
              Map.entry(Statement.OTHER_SHAPE, ComparisonRule.SHAPES_DIFFER),
              Map.entry(Statement.NOT_COMPARED, ComparisonRule.NOT_COMPARED),
              Map.entry(Statement.LEFT_ONLY, ComparisonRule.TENSORS_WITHOUT_PARTNER),
              Map.entry(Statement.RIGHT_ONLY, ComparisonRule.TENSORS_WITHOUT_PARTNER)));

  private ComparisonFindings() {}

  /** As a policy judges them, in {@link Finding#ORDER}. */
  public static List<Finding> of(List<Compared> all, Policy policy) {
    List<Finding> findings = new ArrayList<>();
    Map<Statement, List<Compared>> byStatement = new EnumMap<>(Statement.class);
    all.forEach(
        one -> byStatement.computeIfAbsent(one.statement(), none -> new ArrayList<>()).add(one));
    byStatement.forEach(
        (statement, pairs) -> {
          if (RULES.containsKey(statement)) {
            findings.addAll(
                judged(RULES.get(statement), pairs, policy, alike -> of(statement, alike)));
          }
        });
    findings.addAll(ElementFindings.of(all, policy));
    if (all.stream().noneMatch(one -> one.pair().isPaired())) {
      findings.addAll(
          policy.judge(
              List.of(
                  ComparisonRule.NO_PAIRS.of(
                      null,
                      "No tensor of either side has a partner among " + all.size(),
                      new LinkedHashMap<>()))));
    }
    findings.sort(Finding.ORDER);
    return findings;
  }

  /** A side whose own run could not finish, or has findings; neither where it is clean. */
  public static List<Finding> ofSide(String side, String run, String verdict, Policy policy) {
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
    return policy.judge(List.of(rule.of(null, message, evidence)));
  }

  /** Of some pairs: one finding for those that the policy judges alike. */
  static List<Finding> judged(
      ComparisonRule rule,
      List<Compared> pairs,
      Policy policy,
      Function<List<Compared>, Finding> finding) {
    Map<String, List<Compared>> alike = new LinkedHashMap<>();
    Map<String, Finding> judgements = new LinkedHashMap<>();
    for (Compared one : pairs) {
      Finding alone = rule.of(one.pair().name(), "", new LinkedHashMap<>());
      policy
          .judge(alone)
          .ifPresent(
              judged -> {
                String key = judged.severity() + " " + judged.evidence();
                judgements.putIfAbsent(key, judged);
                alike.computeIfAbsent(key, none -> new ArrayList<>()).add(one);
              });
    }
    List<Finding> findings = new ArrayList<>();
    alike.forEach((key, some) -> findings.add(finding.apply(some).as(judgements.get(key))));
    return findings;
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
    return RULES.get(statement).of(tensor, message + ", in " + names + more, evidence);
  }

  /** How much differs or has changed, where it is known. */
  private static String numbers(
      Statement statement, List<Compared> pairs, LinkedHashMap<String, Serializable> evidence) {
    boolean counted = pairs.stream().allMatch(Compared::isByElements);
    boolean differ = statement == Statement.DIFFERENT || statement == Statement.MOVED;
    if (differ && counted) {
      return ElementFindings.numbers(pairs, evidence);
    }
    if (statement == Statement.DIFFERENT) {
      return leastDifferent(pairs, evidence);
    }
    boolean known = pairs.stream().allMatch(one -> one.outcome().changes() != null);
    boolean image = statement == Statement.IMAGE || statement == Statement.IMAGE_IN_ORDER;
    if (image && known) {
      long changed = pairs.stream().mapToLong(one -> one.outcome().changes().changed()).sum();
      evidence.put("lost", changed);
      String values = changed == 1 ? "value" : "values";
      return String.format(
          Locale.ROOT, "; %,d %s rounded, made zero, overflowed or clipped", changed, values);
    }
    return "";
  }

  private static String leastDifferent(
      List<Compared> pairs, LinkedHashMap<String, Serializable> evidence) {
    long least =
        pairs.stream()
            .map(one -> one.outcome().leastDifferent())
            .mapToLong(known -> known == null ? 1 : known)
            .sum();
    evidence.put("least_different", least);
    boolean untested = pairs.stream().anyMatch(Compared::hasUntested);
    return String.format(
            Locale.ROOT, "; at least %,d %s", least, least == 1 ? "value differs" : "values differ")
        + (untested ? "; " + Compared.UNTESTED : "");
  }
}
