package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.AuditCriteria;
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
 * @param verifiesChecksums whether every file is held against the checksums promised of it; but for
 *     what is found by that, the tables do not depend on it
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
    Map<String, String> settings,
    boolean verifiesChecksums)
    implements RunRequest {

  private static final String CHECKSUMS = "verify_checksums";

  private static final List<String> IDENTITY =
      List.of("uris", "targets", "required_targets", "fail_on", "policy", CHECKSUMS);

  /** Of files that are not held against what is promised of them. */
  public AuditRequest(
      List<String> uris,
      String report,
      String runId,
      AuditCriteria criteria,
      Verdict.FailOn failOn,
      long splitBytes,
      ReadChoice read,
      ConversionFunctions functions,
      Map<String, String> settings) {
    this(uris, report, runId, criteria, failOn, splitBytes, read, functions, settings, false);
  }

  public AuditRequest {
    read.verify(uris);
  }

  @Override
  public List<String> identity() {
    return IDENTITY;
  }

  @Override
  public Map<String, String> config() {
    Map<String, String> config = new TreeMap<>(Settings.redacted(settings));
    config.put("uris", Settings.withoutUserInfo(String.join(" ", uris)));
    config.put("targets", criteria.targets().toString());
    config.put("required_targets", criteria.required().toString());
    config.put("split_size", Long.toString(splitBytes));
    config.put("read", read.toString());
    config.put("fail_on", failOn.toString());
    if (verifiesChecksums) {
      config.put(CHECKSUMS, "true");
    }
    config.putAll(criteria.policy().config());
    return config;
  }
}
