package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.AuditCriteria;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.udfs.arrow.ConversionFunctions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What to audit, and how.
 *
 * @param uris folders, shards, indexes or globs
 * @param report folder or URI the report is written below
 * @param read how weights are read; the report does not depend on it
 * @param functions the conversions every figure goes through
 * @param settings of {@code --conf}
 */
public record AuditRequest(
    List<String> uris,
    String report,
    String runId,
    AuditCriteria criteria,
    Verdict.FailOn failOn,
    long splitBytes,
    ReadChoice read,
    ConversionFunctions functions,
    Map<String, String> settings) {

  private static final String POLICY = "policy";

  /** What of the config makes two requests the same run. */
  static final List<String> IDENTITY =
      List.of("uris", "targets", "required_targets", "fail_on", POLICY);

  public AuditRequest {
    read.verify(uris);
  }

  /** What the user asked for, for the table of runs: secrets redacted. */
  Map<String, String> config() {
    Map<String, String> config = new TreeMap<>(Settings.redacted(settings));
    config.put("uris", Settings.withoutUserInfo(String.join(" ", uris)));
    config.put("targets", criteria.targets().toString());
    config.put("required_targets", criteria.required().toString());
    config.put("split_size", Long.toString(splitBytes));
    config.put("read", read.toString());
    config.put("fail_on", failOn.toString());
    Policy policy = criteria.policy();
    if (policy.sha256() != null) {
      config.put("policy_sha256", policy.sha256());
    }
    if (!policy.effect().isEmpty()) {
      config.put(POLICY, policy.effect().toString());
    }
    return config;
  }
}
