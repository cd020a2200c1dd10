package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.PendingUpload;
import io.ckptaudit.job.io.Storage;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.ReportJson;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.FileAlreadyExistsException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One driver's attempt to make a run exist. Others may attempt the same at the same time, or have
 * died of it. So everything an attempt writes has names of its own, nothing of others is removed
 * before there is a manifest, and the manifest, which only one can create, lists the files of one.
 *
 * <p>Where names are cheap Spark writes to a folder of the attempt, and whole files get their place
 * at the end; elsewhere, where Spark's committer makes them appear at once, to their place.
 */
final class RunAttempt {

  private static final System.Logger LOG = System.getLogger(RunAttempt.class.getName());

  private final RunFolder run;
  private final Storage storage;
  private final String id;
  private final boolean apart;
  private boolean decided;

  RunAttempt(RunFolder run) throws IOException {
    this.run = run;
    this.storage = run.storage();
    this.apart = storage.movesByName(run.report());
    byte[] random = new byte[4];
    new SecureRandom().nextBytes(random);
    this.id = HexFormat.of().formatHex(random);
  }

  /** How the names of the files begin that Spark writes. */
  String fileNames() {
    return "part-" + id;
  }

  /** Where Spark writes the rows of each table. */
  Map<Table, String> sparkUris(Set<Table> tables) throws IOException {
    Map<Table, String> uris = new EnumMap<>(Table.class);
    for (Table table : tables) {
      uris.put(table, Storages.hadoopUri(written(table)));
    }
    return uris;
  }

  private String written(Table table) {
    return apart ? run.file(RunFolder.ATTEMPT + id + "/" + table.folder()) : run.tableUri(table);
  }

  /**
   * Makes the run exist, with what Spark has written.
   *
   * @return the verdict of the run, which another attempt may have made exist meanwhile
   */
  RunVerdict publish(RunVerdict verdict, Map<Table, String> digests, Set<Table> tables)
      throws IOException {
    Map<String, Manifest.TableManifest> listed = new LinkedHashMap<>();
    for (Table table : tables) {
      listed.put(table.folder(), new Manifest.TableManifest(digests.get(table), place(table)));
    }
    createVerdict(verdict);
    Manifest manifest =
        new Manifest(Table.CONTRACT_VERSION, run.runId(), verdict.version(), id, listed, verdict);
    if (!createManifest(manifest)) {
      removeWritten();
      return run.verdict();
    }
    run.complete();
    return verdict;
  }

  /** Gives the files of a table their place. */
  private List<Manifest.PartFile> place(Table table) throws IOException {
    List<Manifest.PartFile> parts = new ArrayList<>();
    for (FileEntry file : storage.list(written(table))) {
      if (isOurs(file)) {
        if (apart) {
          storage.move(file.uri(), run.tableUri(table) + "/" + file.name());
        }
        String path = table.folder() + "/" + run.partition() + "/" + file.name();
        parts.add(new Manifest.PartFile(path, file.length()));
      }
    }
    if (parts.isEmpty()) {
      throw new IOException(
          "Cannot find the files of table %s in %s, where Spark has written them; keep others away from the report"
              .formatted(table.folder(), written(table)));
    }
    return parts;
  }

  private boolean isOurs(FileEntry file) {
    return file.name().endsWith(RunFolder.PARQUET) && file.name().startsWith(fileNames());
  }

  /** For those who wait for it; that of an attempt that died stays until ours has won. */
  private void createVerdict(RunVerdict verdict) throws IOException {
    try {
      storage.createNew(run.file(RunFolder.VERDICT), ReportJson.write(verdict));
    } catch (FileAlreadyExistsException e) {
      // Whoever creates the manifest replaces it if it is not the one in there.
    }
  }

  /** A client that repeats a request whose answer was lost is told that the file exists. */
  private boolean createManifest(Manifest manifest) throws IOException {
    decided = true;
    try {
      storage.createNew(run.file(RunFolder.MANIFEST), ReportJson.write(manifest));
      return true;
    } catch (FileAlreadyExistsException e) {
      return id.equals(run.manifest().attempt());
    }
  }

  /** What Spark's committer left of itself beside a table; empty where tables are moved. */
  Optional<byte[]> marker() throws IOException {
    String uri = run.tableUri(Table.RUNS) + "/_SUCCESS";
    return apart || !storage.exists(uri)
        ? Optional.empty()
        : Optional.of(storage.readAll(uri, RunFolder.JSON_LIMIT));
  }

  /** Removes what was written, unless it may be part of the run. */
  void abandon() throws IOException {
    if (!decided) {
      try {
        removeWritten();
      } finally {
        abortUploads();
      }
    }
  }

  /** Spark's committer does not: told to, it would abort those of other attempts too. */
  private void abortUploads() {
    for (Table table : Table.values()) {
      try {
        for (PendingUpload upload : storage.uploads(written(table))) {
          if (upload.name().startsWith(fileNames())) {
            storage.abort(upload);
          }
        }
      } catch (IOException e) {
        LOG.log(
            Level.WARNING,
            "Cannot abort uploads to "
                + Settings.withoutUserInfo(written(table))
                + ": "
                + e.getMessage()
                + "; have a lifecycle rule of the bucket abort them");
        return;
      }
    }
  }

  private void removeWritten() throws IOException {
    if (apart) {
      storage.deleteRecursively(run.file(RunFolder.ATTEMPT + id));
    }
    for (Table table : Table.values()) {
      run.removeParts(table, this::isOurs);
    }
  }

  /** Whether the run may exist by this attempt. */
  boolean decided() {
    return decided;
  }
}
