package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.RunVerdict;
import java.io.IOException;
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
   * What a run of this id has published already, if anything.
   *
   * @throws PublicationException if the report cannot be reached: better known before the weights
   *     are read than after
   */
  public static Optional<RunVerdict> published(String report, String runId, Storages storages)
      throws PublicationException {
    RunFolder run = new RunFolder(report, runId, storages);
    try {
      return run.exists() ? Optional.of(run.verdict()) : Optional.empty();
    } catch (IOException e) {
      throw new PublicationException(report, e);
    }
  }
}
