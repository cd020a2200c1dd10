package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.Storage;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.Table;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What drivers left in a report that were killed, or lost to another: files that no manifest lists,
 * by the id of their run. Readers who go by manifests never see them.
 */
public final class Leftovers {

  /** What Spark leaves in the folder of a table that it has committed. */
  private static final String MARKER = "_SUCCESS";

  /**
   * Of the drivers with one id.
   *
   * @param published whether a run of this id exists, which these files are no part of
   * @param uris files and folders to be removed with all inside
   * @param written when the last of the files was; the epoch if there are only folders
   */
  public record OfRun(
      String runId, boolean published, List<String> uris, long files, long bytes, Instant written) {

    static OfRun none(String runId, boolean published) {
      return new OfRun(runId, published, List.of(), 0, 0, Instant.EPOCH);
    }

    private OfRun with(String uri, OfRun inside) {
      List<String> all = new ArrayList<>(uris);
      all.add(uri);
      Instant last = inside.written.isAfter(written) ? inside.written : written;
      return new OfRun(runId, published, all, files + inside.files, bytes + inside.bytes, last);
    }
  }

  private final String report;
  private final Storages storages;
  private final Storage storage;

  /**
   * @throws InvalidSettingException if no driver has ever written a report there
   */
  public Leftovers(String report, Storages storages) throws IOException {
    this.report = RunFolder.withoutTrailingSlash(report);
    this.storages = storages;
    this.storage = storages.forUri(report);
    if (!storage.exists(this.report + "/" + RunFolder.RUNS)) {
      throw new InvalidSettingException(
          "No report in %s: it has no folder %s; check the spelling"
              .formatted(report, RunFolder.RUNS));
    }
  }

  /** The ids under which anything lies in the report, sorted. */
  public Set<String> runIds() throws IOException {
    Set<String> ids = new TreeSet<>();
    addFolders(RunFolder.RUNS, "", ids);
    for (Table table : Table.values()) {
      addFolders(table.folder(), RunFolder.PARTITION, ids);
    }
    return ids;
  }

  private void addFolders(String in, String prefix, Set<String> ids) throws IOException {
    String folder = report + "/" + in;
    if (storage.exists(folder)) {
      for (FileEntry entry : storage.list(folder)) {
        String id = entry.name().startsWith(prefix) ? entry.name().substring(prefix.length()) : "";
        if (entry.directory() && RunFolder.RUN_ID.matcher(id).matches()) {
          ids.add(id);
        }
      }
    }
  }

  /**
   * What is left over under an id; without URIs if nothing is.
   *
   * @throws DamagedReportException if its manifest cannot be read: then nothing is known to be left
   *     over
   */
  public OfRun of(String runId) throws IOException {
    RunFolder run = new RunFolder(report, runId, storages);
    if (!run.exists()) {
      return ofNoRun(run);
    }
    OfRun left = OfRun.none(runId, true);
    Set<String> listed = listed(run.manifest());
    for (Table table : Table.values()) {
      for (FileEntry entry : inside(run.tableUri(table))) {
        String path = table.folder() + "/" + run.partition() + "/" + entry.name();
        if (!listed.contains(path) && !entry.name().equals(MARKER)) {
          left = left.with(entry.uri(), below(entry));
        }
      }
    }
    for (FileEntry entry : inside(run.file(""))) {
      if (entry.name().startsWith(RunFolder.ATTEMPT)) {
        left = left.with(entry.uri(), below(entry));
      }
    }
    return left;
  }

  private OfRun ofNoRun(RunFolder run) throws IOException {
    OfRun left = OfRun.none(run.runId(), false);
    List<String> folders = new ArrayList<>();
    for (Table table : Table.values()) {
      folders.add(run.tableUri(table));
    }
    folders.add(RunFolder.withoutTrailingSlash(run.file("")));
    for (String folder : folders) {
      if (storage.exists(folder)) {
        left = left.with(folder, below(storage.stat(folder)));
      }
    }
    return left;
  }

  private static Set<String> listed(Manifest manifest) {
    Set<String> listed = new HashSet<>();
    manifest.tables().values().forEach(t -> t.files().forEach(part -> listed.add(part.path())));
    return listed;
  }

  private List<FileEntry> inside(String folder) throws IOException {
    return storage.exists(folder) ? storage.list(folder) : List.of();
  }

  /** Sums of a file, or of all files below a folder; a link is removed, so it is not followed. */
  private OfRun below(FileEntry entry) throws IOException {
    if (!entry.directory() || storage.linkTarget(entry.uri()).isPresent()) {
      Instant written = storage.modified(entry.uri());
      return new OfRun("", false, List.of(), 1, entry.length(), written);
    }
    OfRun sums = OfRun.none("", false);
    for (FileEntry inside : storage.list(entry.uri())) {
      sums = sums.with(inside.uri(), below(inside));
    }
    return sums;
  }

  public void remove(OfRun left) throws IOException {
    for (String uri : left.uris()) {
      storage.deleteRecursively(uri);
    }
  }
}
