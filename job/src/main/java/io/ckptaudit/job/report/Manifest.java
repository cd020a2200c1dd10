package io.ckptaudit.job.report;

import java.util.List;
import java.util.Map;

/**
 * What {@code manifest.json} holds: written last, it makes a run exist. Lists every file of the
 * tables with its length, and the digest of each table but {@code runs}.
 */
public record Manifest(
    int contractVersion, String runId, String version, Map<String, TableManifest> tables) {

  /**
   * @param digest lower-case hex of {@link TableDigests}; null for {@code runs}
   */
  public record TableManifest(String digest, List<PartFile> files) {}

  /**
   * @param path relative to the report
   */
  public record PartFile(String path, long bytes) {}
}
