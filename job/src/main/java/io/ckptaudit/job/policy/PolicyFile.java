package io.ckptaudit.job.policy;

import io.ckptaudit.job.audit.NamePattern;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.audit.Policy.Grading;
import io.ckptaudit.job.audit.PolicyException;
import io.ckptaudit.job.audit.Rules;
import io.ckptaudit.job.audit.Thresholds;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.policy.YamlMap.Text;
import io.ckptaudit.udfs.number.Target;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.PatternSyntaxException;

/**
 * Reads a policy, such as {@code conf/policy.yaml}: what it leaves out stays as it is built in, and
 * what it does not understand it refuses, with the line.
 */
public final class PolicyFile {

  /** The most bytes a policy may have. */
  public static final int LONGEST = 1 << 20;

  private static final List<String> KEYS =
      List.of(
          "fail_on", "required_targets", "severities", "thresholds", "fp32_tensors", "exceptions");
  private static final List<String> THRESHOLDS =
      List.of(
          "underflow_share",
          "subnormal_share",
          "dead_expert_ratio",
          "collapsed_codes",
          "wasted_share",
          "empty_row_ratio",
          "far_row_ratio");
  private static final List<String> EXCEPTION =
      List.of("rules", "tensors", "tensors_regex", "files", "files_regex", "reason");

  private static final int MOST_RATIO = 1_000_000_000;

  private final YamlMap root;

  private PolicyFile(YamlMap root) {
    this.root = root.only(KEYS);
  }

  /**
   * @param file its name, for messages
   * @throws InvalidPolicyException if any of it is not understood
   */
  public static Policy parse(byte[] content, String file) {
    YamlText text = YamlText.of(content, file, "the policy");
    return new PolicyFile(YamlMap.parse(text)).policy(text.sha256());
  }

  private Policy policy(String sha256) {
    return new Policy(
        sha256,
        gradings(),
        thresholds(),
        root.texts("fp32_tensors")
            .map(globs -> globs.stream().map(glob -> NamePattern.glob(glob.text())).toList())
            .orElse(Policy.DEFAULT.fp32Tensors()),
        required(),
        root.maps("exceptions").stream().map(this::exception).toList(),
        root.text("fail_on")
            .map(text -> constant(text, Verdict.FailOn.values(), "severity"))
            .orElse(Policy.DEFAULT.failOn()));
  }

  private Map<String, Grading> gradings() {
    Map<String, Grading> gradings = new TreeMap<>(Policy.DEFAULT.gradings());
    root.map("severities")
        .ifPresent(
            severities -> {
              for (String rule : severities.keys()) {
                requireRule(new Text(rule, severities.lineOf(rule)));
                Text grading = severities.text(rule).orElseThrow();
                gradings.put(rule, constant(grading, Grading.values(), "severity"));
              }
            });
    return gradings;
  }

  private Thresholds thresholds() {
    Optional<YamlMap> given = root.map("thresholds");
    if (given.isEmpty()) {
      return Thresholds.DEFAULT;
    }
    YamlMap map = given.get().only(THRESHOLDS);
    Thresholds usual = Thresholds.DEFAULT;
    return new Thresholds(
        share(map, "underflow_share", usual.underflowShare()),
        share(map, "subnormal_share", usual.subnormalShare()),
        share(map, "dead_expert_ratio", usual.deadExpertRatio()),
        codes(map, "collapsed_codes", usual.collapsedCodes()),
        share(map, "wasted_share", usual.wastedShare()),
        share(map, "empty_row_ratio", usual.emptyRowRatio()),
        number(map, "far_row_ratio", usual.farRowRatio(), MOST_RATIO));
  }

  private static double share(YamlMap map, String key, double usual) {
    return number(map, key, usual, 1);
  }

  private static int codes(YamlMap map, String key, int usual) {
    double codes = number(map, key, usual, 1 << 16);
    if (codes != Math.rint(codes)) {
      throw map.invalid(
          key + " " + codes + " is not a whole number", map.lineOf(key), "give a whole number");
    }
    return (int) codes;
  }

  private static double number(YamlMap map, String key, double usual, int most) {
    Optional<Text> text = map.text(key);
    if (text.isEmpty()) {
      return usual;
    }
    try {
      double number = Double.parseDouble(text.get().text());
      if (number >= 0 && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below, as a number out of range is.
    }
    throw map.invalid(
        key + " " + Quoted.of(text.get().text()) + " is not a number from 0 to " + most,
        text.get().line(),
        "give a number from 0 to " + most);
  }

  private Set<Target> required() {
    EnumSet<Target> targets = EnumSet.noneOf(Target.class);
    root.texts("required_targets")
        .orElse(List.of())
        .forEach(name -> targets.add(constant(name, Target.values(), "target")));
    return targets;
  }

  private PolicyException exception(YamlMap map) {
    map.only(EXCEPTION);
    Set<String> rules = new TreeSet<>();
    for (Text rule : map.texts("rules").orElse(List.of())) {
      requireRule(rule);
      rules.add(rule.text());
    }
    NamePattern tensor = pattern(map, "tensors");
    NamePattern file = pattern(map, "files");
    String reason = map.text("reason").map(Text::text).orElse("").strip();
    if (rules.isEmpty() || reason.isEmpty() || (tensor == null && file == null)) {
      throw map.invalid(
          "an exception lacks its rules, its tensors or files, or its reason",
          map.line(),
          "give 'rules', 'reason' and one of 'tensors', 'tensors_regex', 'files', 'files_regex'");
    }
    return new PolicyException(rules, tensor, file, reason);
  }

  private static NamePattern pattern(YamlMap map, String key) {
    Optional<Text> glob = map.text(key);
    Optional<Text> regex = map.text(key + "_regex");
    if (glob.isPresent() && regex.isPresent()) {
      throw map.invalid(
          "an exception has both '" + key + "' and '" + key + "_regex'",
          regex.get().line(),
          "keep one of them");
    }
    try {
      return regex
          .map(text -> NamePattern.regex(text.text()))
          .or(() -> glob.map(text -> NamePattern.glob(text.text())))
          .orElse(null);
    } catch (PatternSyntaxException e) {
      throw map.invalid(
          Quoted.of(regex.orElseThrow().text()) + " is not a regular expression",
          regex.orElseThrow().line(),
          "correct it: " + Quoted.plain(e.getDescription()));
    }
  }

  private void requireRule(Text rule) {
    if (Rules.named(rule.text()).isEmpty()) {
      throw root.invalid(
          "the rule " + Quoted.of(rule.text()) + " is unknown",
          rule.line(),
          "use an id of docs/findings.md");
    }
  }

  /** A constant by its name, in small or capital letters. */
  private <E extends Enum<E>> E constant(Text text, E[] constants, String what) {
    for (E constant : constants) {
      if (constant.name().equals(text.text().toUpperCase(Locale.ROOT))) {
        return constant;
      }
    }
    List<String> names = new ArrayList<>();
    boolean target = what.equals("target");
    Arrays.stream(constants)
        .map(Enum::name)
        .forEach(name -> names.add(target ? name : name.toLowerCase(Locale.ROOT)));
    throw root.invalid(
        "the " + what + " " + Quoted.of(text.text()) + " is unknown",
        text.line(),
        "use one of " + String.join(", ", names));
  }
}
