package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.Verdict;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Which two steps to compare, and how.
 *
 * @param before as the user named it
 * @param after likewise
 * @param settings of {@code --conf}
 */
public record UpdatesRequest(
    String before,
    String after,
    String report,
    String runId,
    Verdict.FailOn failOn,
    long splitBytes,
    ReadChoice read,
    Map<String, String> settings)
    implements RunRequest {

  public UpdatesRequest {
    read.verify(List.of(before, after));
  }

  @Override
  public List<String> identity() {
    return List.of("before", "after", "fail_on");
  }

  @Override
  public Map<String, String> config() {
    Map<String, String> config = new TreeMap<>(Settings.redacted(settings));
    config.put("before", Settings.withoutUserInfo(before));
    config.put("after", Settings.withoutUserInfo(after));
    config.put("split_size", Long.toString(splitBytes));
    config.put("read", read.toString());
    config.put("fail_on", failOn.toString());
    return config;
  }
}
