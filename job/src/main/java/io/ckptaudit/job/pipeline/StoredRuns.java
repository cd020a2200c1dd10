package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.RunVerdict;
import java.io.IOException;
import java.util.Map;

/** Reads what runs have published; no Spark, and no Hadoop for local reports. */
public final class StoredRuns {

  private StoredRuns() {}

  /**
   * @param runId null for the latest
   * @throws java.io.FileNotFoundException if there is no such run
   */
  public static RunVerdict verdict(String report, String runId) throws IOException {
    return RunFolder.existing(report, runId, Storages.of(Map.of())).verdict();
  }

  /** As {@link #verdict}. */
  public static Manifest manifest(String report, String runId) throws IOException {
    return RunFolder.existing(report, runId, Storages.of(Map.of())).manifest();
  }
}
