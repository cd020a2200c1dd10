package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.RunVerdict;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Reads what runs have published; no Spark, and no Hadoop for local reports. */
public final class StoredRuns {

  private StoredRuns() {}

  /**
   * @param runId null for the latest
   * @throws java.io.FileNotFoundException if there is no such run
   */
  public static RunVerdict verdict(String report, String runId, Storages storages)
      throws IOException {
    return RunFolder.existing(report, runId, storages).verdict();
  }

  /** As {@link #verdict}. */
  public static Manifest manifest(String report, String runId, Storages storages)
      throws IOException {
    return RunFolder.existing(report, runId, storages).manifest();
  }

  /**
   * What a run of the id of a request has published already, if anything. Such a run is not made
   * again, so it must be a run of the same request.
   *
   * @throws InvalidSettingException if it is a run of something else
   * @throws PublicationException if the report cannot be reached: better known before the weights
   *     are read than after
   */
  public static Optional<RunVerdict> published(RunRequest request, Storages storages)
      throws PublicationException {
    RunFolder run = new RunFolder(request.report(), request.runId(), storages);
    try {
      if (!run.exists()) {
        return Optional.empty();
      }
      RunVerdict verdict = run.verdict();
      checkSame(request.runId(), request.identity(), request.config(), verdict);
      run.complete();
      return Optional.of(verdict);
    } catch (IOException e) {
      throw new PublicationException(request.report(), e);
    }
  }

  private static void checkSame(
      String runId, List<String> identity, Map<String, String> config, RunVerdict verdict) {
    for (String name : identity) {
      String wanted = config.get(name);
      String stored = verdict.config().get(name);
      if (!Objects.equals(wanted, stored)) {
        throw new InvalidSettingException(
            "Run '%s' exists and is of other %s: %s instead of %s; choose another --run-id"
                .formatted(runId, name, stored, wanted));
      }
    }
  }
}
