package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.AuditCriteria;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.udfs.arrow.ConversionFunctions;
import java.util.List;
import java.util.Map;

/**
 * What to audit, and how.
 *
 * @param uris folders, shards, indexes or globs
 * @param report folder or URI the report is written below
 * @param functions the conversions every figure goes through
 * @param config what the user set, secrets redacted, for the table of runs
 */
public record AuditRequest(
    List<String> uris,
    String report,
    String runId,
    AuditCriteria criteria,
    Verdict.FailOn failOn,
    long splitBytes,
    ConversionFunctions functions,
    Map<String, String> config) {

  /** What of the config makes two requests the same run. */
  static final List<String> IDENTITY = List.of("uris", "targets", "required_targets", "fail_on");
}
