package io.ckptaudit.job.compare;

import io.ckptaudit.job.audit.ComparisonRule;
import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.checkpoint.Quoted;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;

/** What comparing element by element adds to the findings. */
final class ElementFindings {

  private ElementFindings() {}

  /** Pairs whose elements should have been compared and were not, by reason. */
  static List<Finding> of(List<Compared> all, Policy policy) {
    TreeMap<String, List<Compared>> unread = new TreeMap<>();
    TreeMap<String, List<Compared>> impossible = new TreeMap<>();
    for (Compared one : all) {
      if (one.elements() != null && one.elements().fault() != null) {
        String reason = one.elements().fault().reason();
        unread.computeIfAbsent(reason, none -> new ArrayList<>()).add(one);
      } else if (one.elements() != null && one.elements().obstacle() != null) {
        String reason = one.elements().obstacle();
        impossible.computeIfAbsent(reason, none -> new ArrayList<>()).add(one);
      }
    }
    List<Finding> findings = new ArrayList<>();
    unread.forEach(
        (why, pairs) ->
            findings.addAll(judged(ComparisonRule.ELEMENTS_NOT_READ, why, pairs, policy)));
    impossible.forEach(
        (why, pairs) ->
            findings.addAll(judged(ComparisonRule.ELEMENTS_NOT_COMPARED, why, pairs, policy)));
    return findings;
  }

  private static List<Finding> judged(
      ComparisonRule rule, String why, List<Compared> pairs, Policy policy) {
    return ComparisonFindings.judged(rule, pairs, policy, alike -> of(rule, why, alike));
  }

  private static Finding of(ComparisonRule rule, String why, List<Compared> pairs) {
    String name = pairs.get(0).pair().name();
    LinkedHashMap<String, Serializable> evidence = new LinkedHashMap<>();
    evidence.put("pairs", pairs.size());
    String message =
        "Cannot compare the elements of "
            + Quoted.of(name)
            + (pairs.size() > 1 ? " and " + (pairs.size() - 1) + " more" : "")
            + ": "
            + why;
    return rule.of(pairs.size() == 1 ? name : null, message, evidence);
  }

  /** How many elements differ, and where the first one is. */
  static String numbers(List<Compared> pairs, LinkedHashMap<String, Serializable> evidence) {
    long different =
        pairs.stream().mapToLong(one -> one.elements().differences().different()).sum();
    evidence.put("different", different);
    if (different == 0) {
      return "; each is in place in another known layout";
    }
    ElementPlace first =
        pairs.stream().flatMap(one -> one.firstDifferent().stream()).findFirst().orElseThrow();
    evidence.put("first_tensor", first.tensor());
    evidence.put("first_element", first.flat());
    return String.format(
            Locale.ROOT,
            "; %,d %s, the first at ",
            different,
            different == 1 ? "element differs" : "elements differ")
        + first;
  }
}
