package io.ckptaudit.job.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Collects the problems of one file. Of a rule and severity the first 100 are kept in full and the
 * rest are counted, so that a hostile file cannot flood the report.
 */
public final class Problems {
  private static final int KEPT = 100;

  private final String file;
  private final List<Problem> kept = new ArrayList<>();
  private final Map<Kind, Long> seen = new LinkedHashMap<>();

  private record Kind(FindingRule rule, Severity severity) {}

  public Problems(String file) {
    this.file = file;
  }

  /** Whether a problem of this rule and severity would be kept; false counts it. */
  public boolean wants(FindingRule rule, Severity severity) {
    return seen.merge(new Kind(rule, severity), 1L, Long::sum) <= KEPT;
  }

  /** Adds a problem; its sentence is already in words, so ask {@link #wants} first in a loop. */
  public void keep(Problem problem) {
    kept.add(problem);
  }

  public void add(Problem problem) {
    if (wants(problem.of(), problem.severity())) {
      keep(problem);
    }
  }

  public boolean hasErrors() {
    return kept.stream().anyMatch(p -> p.severity() == Severity.ERROR);
  }

  /** All of them in {@link Problem#ORDER}, with one more for each rule that was cut. */
  public List<Problem> all() {
    List<Problem> all = new ArrayList<>(kept);
    seen.forEach(
        (kind, count) -> {
          if (count > KEPT) {
            all.add(rest(kind, count - KEPT));
          }
        });
    all.sort(Problem.ORDER);
    return all;
  }

  private Problem rest(Kind kind, long count) {
    String action = "look at the first " + KEPT + " of them";
    String where = file == null ? "" : " in " + Quoted.plain(file);
    String message =
        "Cannot list every %s%s: %s more; %s".formatted(kind.rule().name(), where, count, action);
    return new Problem(
        kind.rule(), kind.severity(), file, null, null, message, null, action, count);
  }
}
