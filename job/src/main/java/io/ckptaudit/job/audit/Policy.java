package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.FindingRule;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.udfs.number.Target;
import java.io.Serializable;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a user makes of findings: how grave each rule is, from where on figures are findings, what
 * is excepted, and what fails the gate.
 *
 * <p>That the audit could not finish is a fact, which no severity changes: the verdict is
 * incomplete even if the finding is INFO. Only who ignores the rule or excepts the tensor or file
 * takes it upon himself.
 *
 * @param sha256 of the file it was read from; null for the built-in one
 * @param gradings by rule; rules without one keep the severity their findings come with
 * @param fp32Tensors patterns of the names of tensors that are computed in F32
 * @param required casts that must not overflow
 */
public record Policy(
    String sha256,
    Map<String, Grading> gradings,
    Thresholds thresholds,
    List<NamePattern> fp32Tensors,
    Set<Target> required,
    List<PolicyException> exceptions,
    Verdict.FailOn failOn)
    implements Serializable {

  /** As {@code conf/policy.yaml} says it. */
  public static final Policy DEFAULT =
      new Policy(
          null,
          Stream.<FindingRule[]>of(Rule.values(), ComparisonRule.values())
              .flatMap(Stream::of)
              .collect(
                  Collectors.toMap(
                      FindingRule::name, rule -> Grading.of(rule.severities().get(0)))),
          Thresholds.DEFAULT,
          List.of(
              NamePattern.glob("*.e_score_correction_bias"),
              NamePattern.glob("*.ffn.gate.bias"),
              NamePattern.glob("*.A_log"),
              NamePattern.glob("*.dt_bias")),
          Set.of(),
          List.of(),
          Verdict.FailOn.ERROR);

  public Policy {
    gradings = Collections.unmodifiableMap(new TreeMap<>(gradings));
    required = Collections.unmodifiableSet(new TreeSet<>(required));
    fp32Tensors = List.copyOf(fp32Tensors);
    exceptions = List.copyOf(exceptions);
  }

  /** How grave findings of a rule are, or that there are none. */
  public enum Grading {
    IGNORE,
    INFO,
    WARNING,
    ERROR;

    static Grading of(Severity severity) {
      return valueOf(severity.name());
    }
  }

  /** The finding as this policy sees it; empty if its rule is ignored. */
  public Optional<Finding> judge(Finding finding) {
    Grading grading = gradings.get(finding.rule());
    if (grading == Grading.IGNORE) {
      return Optional.empty();
    }
    Finding graded =
        grading == null ? finding : finding.withSeverity(Severity.valueOf(grading.name()));
    return Optional.of(
        exceptions.stream()
            .filter(exception -> exception.covers(finding))
            .findFirst()
            .map(exception -> graded.excepted(exception.reason()))
            .orElse(graded));
  }

  public List<Finding> judge(List<Finding> findings) {
    return findings.stream().flatMap(finding -> judge(finding).stream()).toList();
  }

  /** What makes it differ from the built-in one; empty if nothing does. */
  public Map<String, String> effect() {
    Map<String, String> effect = new LinkedHashMap<>();
    Map<String, Grading> regraded = new TreeMap<>(gradings);
    DEFAULT.gradings.forEach(
        (rule, grading) -> {
          if (!regraded.containsKey(rule)) {
            regraded.put(rule, grading);
          } else {
            regraded.remove(rule, grading);
          }
        });
    put(effect, "severities", regraded, Map.of());
    put(effect, "thresholds", thresholds, DEFAULT.thresholds);
    put(effect, "fp32_tensors", fp32Tensors, DEFAULT.fp32Tensors);
    put(effect, "exceptions", exceptions, DEFAULT.exceptions);
    return effect;
  }

  /** What the config of a run says of it: nothing of the built-in one. */
  public Map<String, String> config() {
    Map<String, String> config = new LinkedHashMap<>();
    if (sha256 != null) {
      config.put("policy_sha256", sha256);
    }
    if (!effect().isEmpty()) {
      config.put("policy", effect().toString());
    }
    return config;
  }

  private static void put(Map<String, String> effect, String name, Object value, Object usual) {
    if (!value.equals(usual)) {
      effect.put(name, value.toString());
    }
  }
}
