package io.ckptaudit.job.audit;

import java.io.Serializable;
import java.util.Set;
import java.util.TreeSet;

/**
 * Findings that are known and accepted: of these rules, about these tensors or files.
 *
 * @param tensor which tensors; null for any, findings without a tensor too
 * @param file which files, by their names relative to the checkpoint; null for any
 * @param reason why, for whoever reads the report
 */
public record PolicyException(
    Set<String> rules, NamePattern tensor, NamePattern file, String reason)
    implements Serializable {

  public PolicyException {
    rules = Set.copyOf(rules);
  }

  boolean covers(Finding finding) {
    return rules.contains(finding.rule())
        && matches(tensor, finding.tensor())
        && matches(file, finding.file());
  }

  private static boolean matches(NamePattern pattern, String name) {
    return pattern == null || (name != null && pattern.matches(name));
  }

  @Override
  public String toString() {
    return new TreeSet<>(rules)
        + (tensor == null ? "" : " of tensors " + tensor)
        + (file == null ? "" : " of files " + file)
        + ": "
        + reason;
  }
}
