package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Severity;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.TreeMap;

/**
 * Findings, of which each checkpoint, rule and severity keeps the first 100 in {@link
 * Finding#ORDER} in full; the rest are counted, those among them that a reader counted already:
 * 100,000 tensors may each have one. A commutative monoid.
 */
final class FindingCap implements Serializable {

  private static final long serialVersionUID = 1L;

  static final int KEPT = 100;

  private final TreeMap<Kind, Kept> kinds = new TreeMap<>();

  private record Kind(int checkpoint, String rule, Severity severity, boolean incomplete)
      implements Comparable<Kind>, Serializable {

    private static final Comparator<Kind> ORDER =
        Comparator.comparingInt(Kind::checkpoint)
            .thenComparing(Kind::rule)
            .thenComparing(Kind::severity)
            .thenComparing(Kind::incomplete);

    @Override
    public int compareTo(Kind other) {
      return ORDER.compare(this, other);
    }
  }

  private static final class Kept implements Serializable {

    private static final long serialVersionUID = 1L;

    private final ArrayList<Finding> first = new ArrayList<>();
    private long seen;

    /** Sorts when twice as many are held as are kept, so that each costs little. */
    void add(Finding finding) {
      if (finding.more() > 0) {
        seen += finding.more();
        return;
      }
      first.add(finding);
      seen++;
      if (first.size() >= 2 * KEPT) {
        cut();
      }
    }

    void addAll(Kept other) {
      first.addAll(other.first);
      seen += other.seen;
      cut();
    }

    void cut() {
      first.sort(Finding.ORDER);
      first.subList(Math.min(KEPT, first.size()), first.size()).clear();
    }
  }

  void add(Finding finding) {
    kept(new Kind(finding.checkpoint(), finding.rule(), finding.severity(), finding.incomplete()))
        .add(finding);
  }

  void addAll(FindingCap other) {
    other.kinds.forEach((kind, more) -> kept(kind).addAll(more));
  }

  private Kept kept(Kind kind) {
    return kinds.computeIfAbsent(kind, none -> new Kept());
  }

  /** In {@link Finding#ORDER}, with one more for each kind that was cut. */
  List<Finding> all() {
    List<Finding> all = new ArrayList<>();
    kinds.forEach(
        (kind, kept) -> {
          kept.cut();
          all.addAll(kept.first);
          if (kept.seen > kept.first.size()) {
            all.add(rest(kind, kept.seen - kept.first.size()));
          }
        });
    all.sort(Finding.ORDER);
    return all;
  }

  private static Finding rest(Kind kind, long more) {
    String action = "look at the first " + KEPT + " of them, and at the other tables for the rest";
    LinkedHashMap<String, Serializable> evidence = Rule.evidence(Finding.MORE, more);
    return new Finding(
        kind.checkpoint,
        kind.rule,
        kind.severity,
        kind.incomplete,
        null,
        null,
        null,
        "Cannot list every " + kind.rule + ": " + more + " more; " + action,
        evidence,
        action);
  }
}
