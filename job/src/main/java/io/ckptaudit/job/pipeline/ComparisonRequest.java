package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.compare.GivenNames;
import io.ckptaudit.udfs.arrow.ConversionFunctions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What to compare, and how.
 *
 * @param left as the user named it
 * @param right likewise
 * @param policy for the findings of the comparison
 * @param names that the user gives
 * @param values which pairs are compared element by element
 * @param splitBytes the most bytes of both sides that are compared in one go
 * @param functions the conversions every explanation goes through
 * @param settings of {@code --conf}
 */
public record ComparisonRequest(
    String left,
    String right,
    String report,
    String runId,
    Verdict.FailOn failOn,
    Policy policy,
    GivenNames names,
    ComparedValues values,
    long splitBytes,
    ConversionFunctions functions,
    Map<String, String> settings)
    implements RunRequest {

  private static final List<String> IDENTITY =
      List.of("left", "right", "fail_on", "values", "policy", "names_sha256");

  @Override
  public List<String> identity() {
    return IDENTITY;
  }

  @Override
  public Map<String, String> config() {
    Map<String, String> config = new TreeMap<>(Settings.redacted(settings));
    config.put("left", Settings.withoutUserInfo(left));
    config.put("right", Settings.withoutUserInfo(right));
    config.put("fail_on", failOn.toString());
    config.put("values", values.toString());
    config.putAll(policy.config());
    if (names.sha256() != null) {
      config.put("names_sha256", names.sha256());
    }
    return config;
  }
}
