package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.udfs.arrow.ConversionFunctions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What to compare, and how.
 *
 * @param left as the user named it
 * @param right likewise
 * @param functions the conversions every explanation goes through
 * @param settings of {@code --conf}
 */
public record ComparisonRequest(
    String left,
    String right,
    String report,
    String runId,
    Verdict.FailOn failOn,
    ConversionFunctions functions,
    Map<String, String> settings) {

  /** What of the config makes two requests the same run. */
  static final List<String> IDENTITY = List.of("left", "right", "fail_on");

  /** What the user asked for, for the table of runs: secrets redacted. */
  Map<String, String> config() {
    Map<String, String> config = new TreeMap<>(Settings.redacted(settings));
    config.put("left", Settings.withoutUserInfo(left));
    config.put("right", Settings.withoutUserInfo(right));
    config.put("fail_on", failOn.toString());
    return config;
  }
}
