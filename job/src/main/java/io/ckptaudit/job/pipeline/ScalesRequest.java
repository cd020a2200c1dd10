package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.udfs.arrow.ConversionFunctions;
import io.ckptaudit.udfs.number.ScalingClass;
import io.ckptaudit.udfs.number.Target;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Whose scales to work out, and how.
 *
 * @param uri as the user named it: a checkpoint, or a stored run
 * @param targets of at most 16 bits
 * @param functions the conversions that decode codes
 * @param settings of {@code --conf}
 */
public record ScalesRequest(
    String uri,
    String report,
    String runId,
    EnumSet<Target> targets,
    Verdict.FailOn failOn,
    long splitBytes,
    ReadChoice read,
    ConversionFunctions functions,
    Map<String, String> settings)
    implements RunRequest {

  public ScalesRequest {
    for (Target target : targets) {
      if (!ScalingClass.isFor(target)) {
        throw new InvalidSettingException(
            "Cannot scale for target "
                + target
                + ": it has more than 16 bits; choose among F16, BF16, F8_E4M3, F8_E5M2 with"
                + " --targets");
      }
    }
    read.verify(List.of(uri));
  }

  @Override
  public List<String> identity() {
    return List.of("scales", "targets", "fail_on");
  }

  @Override
  public Map<String, String> config() {
    Map<String, String> config = new TreeMap<>(Settings.redacted(settings));
    config.put("scales", Settings.withoutUserInfo(uri));
    config.put("targets", targets.toString());
    config.put("split_size", Long.toString(splitBytes));
    config.put("read", read.toString());
    config.put("fail_on", failOn.toString());
    return config;
  }
}
