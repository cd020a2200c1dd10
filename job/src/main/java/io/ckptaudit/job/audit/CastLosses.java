package io.ckptaudit.job.audit;

import io.ckptaudit.udfs.state.Statistics;
import io.ckptaudit.udfs.state.TargetFigures;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a cast that matters would take from the small values of a tensor. */
final class CastLosses {

  private final TensorSubject subject;
  private final Statistics statistics;
  private final Thresholds thresholds;
  private final List<Finding> findings = new ArrayList<>();

  CastLosses(TensorSubject subject, Statistics statistics, Thresholds thresholds) {
    this.subject = subject;
    this.statistics = statistics;
    this.thresholds = thresholds;
  }

  /** Of the non-zero finite values, those that become zero; 0 where there is none. */
  static double underflowShare(TargetFigures figures, Statistics statistics) {
    long nonZero = statistics.finite() - statistics.zero();
    return nonZero == 0 ? 0 : (double) figures.underflow() / nonZero;
  }

  /** Findings about a cast to another dtype. */
  CastLosses cast(TargetFigures figures, Rule underflow, Rule subnormal) {
    String target = figures.target().name();
    double share = underflowShare(figures, statistics);
    if (share > thresholds.underflowShare()) {
      add(underflow, "become zero", target, figures.underflow(), share);
    }
    return subnormal(subnormal, target, figures.subnormal());
  }

  /** Of the dtype it is stored as, which needs no cast. */
  CastLosses stored(Rule subnormal) {
    return subnormal(subnormal, subject.entry().dtype().name(), statistics.subnormal());
  }

  private CastLosses subnormal(Rule rule, String target, long count) {
    double share = statistics.finite() == 0 ? 0 : (double) count / statistics.finite();
    if (share > thresholds.subnormalShare()) {
      add(rule, "are subnormal", target, count, share);
    }
    return this;
  }

  List<Finding> findings() {
    return findings;
  }

  private void add(Rule rule, String fate, String target, long count, double share) {
    String counted = rule.evidence().get(1);
    findings.add(
        rule.ofTensor(
            subject,
            String.format(
                Locale.ROOT, "%,d values (%.2f%%) %s as %s", count, 100 * share, fate, target),
            Rule.evidence("target", target, counted, count, "share", share)));
  }
}
