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
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * The files of one run below a report: where its tables are, and the JSON files that make it exist.
 * A run exists when its manifest does.
 */
public final class RunFolder {

  static final Pattern RUN_ID = Pattern.compile("[a-z][a-z0-9-]*");
  static final String PARTITION = "run_id=";
  static final int JSON_LIMIT = 64 << 20;
  static final String RUNS = "_runs";
  static final String MANIFEST = "manifest.json";
  static final String VERDICT = "verdict.json";
  static final String ATTEMPT = "attempt-";
  static final String PARQUET = ".parquet";

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
    String folder = withoutTrailingSlash(report);
    if (!storages.forUri(report).exists(LatestRun.uri(folder))) {
      throw new FileNotFoundException(
          "No run in %s: %s is missing; audit a checkpoint with --report %s first"
              .formatted(report, LatestRun.uri(folder), report));
    }
    return LatestRun.read(storages.forUri(report), folder).runId();
  }

  static String withoutTrailingSlash(String uri) {
    return uri.length() > 1 && uri.endsWith("/") ? uri.substring(0, uri.length() - 1) : uri;
  }

  public String runId() {
    return runId;
  }

  public boolean exists() throws IOException {
    return storage.exists(file(MANIFEST));
  }

  /**
   * @throws DamagedReportException if what is there is not what was written
   */
  public Manifest manifest() throws IOException {
    return read(storage, file(MANIFEST), Manifest.class);
  }

  /**
   * The manifest of a run whose tables this program knows.
   *
   * @throws DamagedReportException if they are of another version, or none are listed
   */
  Manifest knownManifest() throws IOException {
    Manifest manifest = manifest();
    if (manifest.contractVersion() != Table.CONTRACT_VERSION) {
      throw new DamagedReportException(
          "Cannot read run '%s' in %s: its tables are of version %s, and this program knows version %s; use the ckpt-audit that wrote it (%s)"
              .formatted(
                  runId,
                  report,
                  manifest.contractVersion(),
                  Table.CONTRACT_VERSION,
                  manifest.version()),
          null);
    }
    Map<String, Manifest.TableManifest> tables = manifest.tables();
    if (tables == null
        || tables.isEmpty()
        || tables.values().stream().anyMatch(table -> table == null || table.files() == null)) {
      throw new DamagedReportException(
          "Damaged file %s: it does not list the files of each table; restore it from a backup, or audit again under another id"
              .formatted(file(MANIFEST)),
          null);
    }
    return manifest;
  }

  /** Whether a file beside the manifest was left by a driver before it was done. */
  static boolean isUnfinished(String name) {
    return name.startsWith(ATTEMPT) || name.startsWith(".") && name.endsWith(".tmp");
  }

  static <T> T read(Storage storage, String uri, Class<T> type) throws IOException {
    byte[] json = storage.readAll(uri, JSON_LIMIT);
    try {
      T content = ReportJson.read(json, type);
      if (content == null) {
        throw new IOException("null");
      }
      return content;
    } catch (IOException e) {
      throw new DamagedReportException(
          "Damaged file %s: its %s bytes are not the JSON that was written (%s); restore it from a backup, or audit again under another id"
              .formatted(uri, json.length, e.getMessage().lines().findFirst().orElse("")),
          e);
    }
  }

  /** As the manifest holds it: {@code verdict.json} is a copy for others. */
  public RunVerdict verdict() throws IOException {
    RunVerdict verdict = manifest().verdict();
    if (verdict == null) {
      throw new DamagedReportException(
          "Damaged file %s: it holds no verdict; audit again under another id"
              .formatted(file(MANIFEST)),
          null);
    }
    return verdict;
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

  String tableUri(Table table) {
    return tableUri(table.folder());
  }

  String tableUri(String table) {
    return report + "/" + table + "/" + partition();
  }

  /** The folder of this run below that of a table. */
  String partition() {
    return PARTITION + runId;
  }

  /** A file or folder of this run that is no table. */
  String file(String name) {
    return report + "/" + RUNS + "/" + runId + "/" + name;
  }

  String report() {
    return report;
  }

  Storage storage() {
    return storage;
  }

  /** The verdict of the run, if it exists. */
  Optional<RunVerdict> published() throws IOException {
    return exists() ? Optional.of(verdict()) : Optional.empty();
  }

  /**
   * What is to be done once there is a manifest. The driver that created it may have been killed
   * before, so whoever meets the run does it again.
   */
  void complete() throws IOException {
    RunVerdict verdict = verdict();
    byte[] json = ReportJson.write(verdict);
    if (!storage.exists(file(VERDICT))
        || !Arrays.equals(storage.readAll(file(VERDICT), JSON_LIMIT), json)) {
      storage.replace(file(VERDICT), json);
    }
    removeUnlisted(manifest());
    LatestRun.of(verdict).publish(storage, report);
  }

  /** What attempts left that died, and what those wrote that have lost. */
  private void removeUnlisted(Manifest manifest) throws IOException {
    Set<String> listed = new HashSet<>();
    for (Manifest.TableManifest table : manifest.tables().values()) {
      table.files().forEach(part -> listed.add(part.path()));
    }
    for (Table table : Table.values()) {
      removeParts(
          table, file -> !listed.contains(table.folder() + "/" + partition() + "/" + file.name()));
    }
    for (FileEntry entry : storage.list(file(""))) {
      if (entry.name().startsWith(ATTEMPT)) {
        storage.deleteRecursively(entry.uri());
      }
    }
  }

  /** Removes Parquet files of this run that are not wanted. */
  void removeParts(Table table, Predicate<FileEntry> unwanted) throws IOException {
    if (storage.exists(tableUri(table))) {
      for (FileEntry file : storage.list(tableUri(table))) {
        if (file.regular() && file.name().endsWith(PARQUET) && unwanted.test(file)) {
          storage.deleteRecursively(file.uri());
        }
      }
    }
  }
}
