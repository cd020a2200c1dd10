package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.FindingRule;
import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.ReadFault;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All rules that a finding can have: of values, of files, of reading, and of comparisons. */
public final class Rules {

  private static final Map<String, FindingRule> BY_NAME =
      all().stream().collect(Collectors.toUnmodifiableMap(FindingRule::name, Function.identity()));

  private Rules() {}

  public static Optional<FindingRule> named(String name) {
    return Optional.ofNullable(BY_NAME.get(name));
  }

  /** In the order in which the documentation has them. */
  public static List<FindingRule> all() {
    return Stream.<FindingRule[]>of(
            Rule.values(), FormatRule.values(), ReadFault.values(), ComparisonRule.values())
        .flatMap(Stream::of)
        .toList();
  }
}
