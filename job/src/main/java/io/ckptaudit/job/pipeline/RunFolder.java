package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.Storage;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.ReportJson;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The files of one run below a report: where tables go, and the three JSON files that make it
 * exist. A run exists when its manifest does.
 */
public final class RunFolder {

  private static final Pattern RUN_ID = Pattern.compile("[a-z][a-z0-9-]*");
  private static final int JSON_LIMIT = 64 << 20;
  private static final String RUNS = "_runs";

  private final String report;
  private final String runId;
  private final Storage storage;

  public RunFolder(String report, String runId, Storages storages) {
    if (!RUN_ID.matcher(runId).matches()) {
      throw new InvalidSettingException(
          "Invalid run id '"
              + runId
              + "': it must match [a-z][a-z0-9-]*; choose another with --run-id");
    }
    this.report = withoutTrailingSlash(report);
    this.runId = runId;
    this.storage = storages.forUri(report);
  }

  /**
   * The run a report's {@code latest.json} points to, or the one named.
   *
   * @param runId null for the latest
   * @throws FileNotFoundException if there is no such run
   */
  public static RunFolder existing(String report, String runId, Storages storages)
      throws IOException {
    String id = runId == null ? latest(report, storages) : runId;
    RunFolder run = new RunFolder(report, id, storages);
    if (!run.exists()) {
      throw new FileNotFoundException(
          "No run '%s' in %s: its manifest.json is missing; audit again or name another with --run"
              .formatted(id, report));
    }
    return run;
  }

  private static String latest(String report, Storages storages) throws IOException {
    String uri = withoutTrailingSlash(report) + "/" + RUNS + "/latest.json";
    if (!storages.forUri(report).exists(uri)) {
      throw new FileNotFoundException(
          "No run in %s: %s is missing; audit a checkpoint with --report %s first"
              .formatted(report, uri, report));
    }
    byte[] json = storages.forUri(report).readAll(uri, JSON_LIMIT);
    return ReportJson.read(json, Latest.class).runId();
  }

  /** What {@code latest.json} holds. */
  record Latest(String runId) {}

  private static String withoutTrailingSlash(String uri) {
    return uri.length() > 1 && uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
  }

  public String runId() {
    return runId;
  }

  public boolean exists() throws IOException {
    return storage.exists(file("manifest.json"));
  }

  public Manifest manifest() throws IOException {
    return ReportJson.read(storage.readAll(file("manifest.json"), JSON_LIMIT), Manifest.class);
  }

  public RunVerdict verdict() throws IOException {
    return ReportJson.read(storage.readAll(file("verdict.json"), JSON_LIMIT), RunVerdict.class);
  }

  /** Where Spark reads the files that the manifest of this run lists for a table. */
  List<String> parts(Manifest manifest, Table table) throws IOException {
    Manifest.TableManifest listed = manifest.tables().get(table.folder());
    List<String> uris = new ArrayList<>();
    if (listed != null) {
      for (Manifest.PartFile part : listed.files()) {
        uris.add(Storages.hadoopUri(report + "/" + part.path()));
      }
    }
    return uris;
  }

  /** Where Spark writes the rows of each table of this run. */
  Map<Table, String> sparkUris(Set<Table> written) throws IOException {
    Map<Table, String> uris = new EnumMap<>(Table.class);
    for (Table table : written) {
      uris.put(table, Storages.hadoopUri(tableUri(table)));
    }
    return uris;
  }

  private String tableUri(Table table) {
    return report + "/" + table.folder() + "/run_id=" + runId;
  }

  /**
   * Removes what a run of this id left behind without a manifest; nothing where there is one.
   *
   * @return the verdict of the run of this id that was published meanwhile, if there is one
   */
  Optional<RunVerdict> removeLeftovers() throws IOException {
    if (exists()) {
      return Optional.of(verdict());
    }
    for (Table table : Table.values()) {
      storage.deleteRecursively(tableUri(table));
    }
    storage.deleteRecursively(report + "/" + RUNS + "/" + runId);
    return Optional.empty();
  }

  /** Points {@code latest.json} here if it points nowhere: a run may end just before it would. */
  void repairLatest() throws IOException {
    if (!storage.exists(latestUri())) {
      storage.replace(latestUri(), ReportJson.write(new Latest(runId)));
    }
  }

  private String latestUri() {
    return report + "/" + RUNS + "/latest.json";
  }

  /** Makes the run exist: the verdict first, the manifest last, then the pointer to it. */
  void publish(RunVerdict verdict, Map<Table, String> digests, Set<Table> written)
      throws IOException {
    storage.createNew(file("verdict.json"), ReportJson.write(verdict));
    Manifest manifest =
        new Manifest(Table.CONTRACT_VERSION, runId, verdict.version(), tables(digests, written));
    storage.createNew(file("manifest.json"), ReportJson.write(manifest));
    storage.replace(latestUri(), ReportJson.write(new Latest(runId)));
  }

  private Map<String, Manifest.TableManifest> tables(Map<Table, String> digests, Set<Table> written)
      throws IOException {
    Map<String, Manifest.TableManifest> tables = new LinkedHashMap<>();
    for (Table table : written) {
      tables.put(table.folder(), new Manifest.TableManifest(digests.get(table), parts(table)));
    }
    return tables;
  }

  private List<Manifest.PartFile> parts(Table table) throws IOException {
    List<Manifest.PartFile> parts = new ArrayList<>();
    for (FileEntry file : storage.list(tableUri(table))) {
      if (file.name().endsWith(".parquet")) {
        String path = table.folder() + "/run_id=" + runId + "/" + file.name();
        parts.add(new Manifest.PartFile(path, file.length()));
      }
    }
    return parts;
  }

  private String file(String name) {
    return report + "/" + RUNS + "/" + runId + "/" + name;
  }
}
