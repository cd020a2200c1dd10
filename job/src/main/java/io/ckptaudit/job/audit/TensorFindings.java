package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Role;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.CountedState;
import io.ckptaudit.udfs.state.StateFigures;
import io.ckptaudit.udfs.state.Statistics;
import io.ckptaudit.udfs.state.TargetFigures;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What is wrong with the values of one tensor. */
public final class TensorFindings {

  /** Whatever their shape, constants in these are a choice. */
  private static final Set<Role> MAY_BE_CONSTANT = EnumSet.of(Role.BIAS, Role.SCALE, Role.NORM);

  private final TensorSubject subject;
  private final List<Finding> findings = new ArrayList<>();

  private TensorFindings(TensorSubject subject) {
    this.subject = subject;
  }

  /** Findings about a tensor whose values were counted. */
  public static List<Finding> of(
      TensorSubject subject,
      CountedState state,
      Statistics statistics,
      StateFigures figures,
      AuditCriteria criteria) {
    TensorFindings rules = new TensorFindings(subject);
    rules.nonFinite(statistics, state.nonFiniteIndex());
    rules.constant(statistics);
    rules.losses(statistics, figures, criteria);
    SmallTensors.precision(subject, statistics, criteria.policy()).ifPresent(rules.findings::add);
    SmallTensors.collapse(subject, statistics, criteria.policy().thresholds())
        .ifPresent(rules.findings::add);
    subject
        .of()
        .declared()
        .filter(declared -> declared != subject.entry().dtype())
        .flatMap(AuditCriteria::castTo)
        .ifPresent(target -> rules.overflow(Rule.OVERFLOW_DECLARED, figures.target(target)));
    for (Target target : criteria.required()) {
      rules.overflow(Rule.OVERFLOW_REQUIRED, figures.target(target));
    }
    return rules.findings;
  }

  private void losses(Statistics statistics, StateFigures figures, AuditCriteria criteria) {
    CastLosses losses = new CastLosses(subject, statistics, criteria.policy().thresholds());
    subject
        .of()
        .declared()
        .ifPresent(
            declared -> {
              if (declared == subject.entry().dtype()) {
                losses.stored(Rule.SUBNORMAL_DECLARED);
              } else {
                AuditCriteria.castTo(declared)
                    .ifPresent(
                        target ->
                            losses.cast(
                                figures.target(target),
                                Rule.UNDERFLOW_DECLARED,
                                Rule.SUBNORMAL_DECLARED));
              }
            });
    for (Target target : criteria.required()) {
      losses.cast(figures.target(target), Rule.UNDERFLOW_REQUIRED, Rule.SUBNORMAL_REQUIRED);
    }
    findings.addAll(losses.findings());
  }

  /** Attention masks are made of zeros and negative infinity. */
  private boolean isMask(Statistics statistics) {
    String name = subject.entry().name();
    return statistics.nonFinite() == statistics.negInf()
        && name.substring(name.lastIndexOf('.') + 1).contains("mask");
  }

  private void nonFinite(Statistics statistics, long firstIndex) {
    if (statistics.nonFinite() > 0 && isMask(statistics)) {
      findings.add(
          Rule.MASK_INFINITE.ofTensor(
              subject,
              values(statistics.negInf()) + " -infinity",
              Rule.evidence("neg_inf", statistics.negInf(), "elements", statistics.elements())));
    } else if (statistics.nonFinite() > 0) {
      findings.add(notFinite(statistics, firstIndex));
    }
  }

  /**
   * @param firstIndex −1 where the order of the elements is not known
   */
  private Finding notFinite(Statistics statistics, long firstIndex) {
    String counts =
        String.format(
            Locale.ROOT,
            "%s not finite (%,d NaN, %,d +Inf, %,d -Inf), ",
            values(statistics.nonFinite()),
            statistics.nan(),
            statistics.posInf(),
            statistics.negInf());
    LinkedHashMap<String, Serializable> evidence =
        Rule.evidence(
            "nan", statistics.nan(),
            "pos_inf", statistics.posInf(),
            "neg_inf", statistics.negInf(),
            "elements", statistics.elements());
    if (firstIndex < 0) {
      return Rule.NON_FINITE.ofTensor(subject, counts + "at places that are not known", evidence);
    }
    evidence.put("first_index", firstIndex);
    String message = counts + "the first at index " + firstIndex;
    return Rule.NON_FINITE.ofElement(subject, firstIndex, message, evidence);
  }

  private void constant(Statistics statistics) {
    boolean allEqual =
        statistics.finite() == statistics.elements()
            && statistics.elements() > 1
            && statistics.min().equals(statistics.max());
    if (!allEqual) {
      return;
    }
    double value = statistics.min();
    boolean matrix =
        subject.entry().shape().size() >= 2 && !MAY_BE_CONSTANT.contains(subject.name().role());
    Rule rule = Rule.CONSTANT_VECTOR;
    if (matrix) {
      rule = value == 0 ? Rule.ALL_ZERO_MATRIX : Rule.CONSTANT_MATRIX;
    }
    findings.add(
        rule.ofTensor(
            subject,
            "All " + values(statistics.elements()) + " equal " + value,
            Rule.evidence("value", value, "elements", statistics.elements())));
  }

  private void overflow(Rule rule, TargetFigures figures) {
    if (figures.overflow() > 0) {
      findings.add(
          rule.ofTensor(
              subject,
              "%s beyond the largest finite %s"
                  .formatted(values(figures.overflow()), figures.target().format()),
              Rule.evidence("target", figures.target().name(), "overflow", figures.overflow())));
    }
  }

  private static String values(long count) {
    return String.format(Locale.ROOT, "%,d value%s", count, count == 1 ? "" : "s");
  }
}
