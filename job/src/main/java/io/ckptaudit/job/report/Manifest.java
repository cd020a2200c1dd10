package io.ckptaudit.job.report;

import java.util.List;
import java.util.Map;

/**
 * What {@code manifest.json} holds: written last and by one alone, it makes a run exist. Lists
 * every file of the tables with its length, and the digest of each table but {@code runs}.
 *
 * @param attempt the driver's that published the run; names of its files begin with {@code
 *     part-<attempt>}
 * @param verdict as in {@code verdict.json}
 */
public record Manifest(
    int contractVersion,
    String runId,
    String version,
    String attempt,
    Map<String, TableManifest> tables,
    RunVerdict verdict) {

  /**
   * @param digest lower-case hex of {@link TableDigests}; null for {@code runs}
   */
  public record TableManifest(String digest, List<PartFile> files) {}

  /**
   * @param path relative to the report
   */
  public record PartFile(String path, long bytes) {}
}
