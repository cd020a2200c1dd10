package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.PendingUpload;
import io.ckptaudit.job.io.Storage;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.Table;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What drivers left in a report that were killed, or lost to another: files that no manifest lists,
 * and uploads that nobody completes, by the id of their run. Readers who go by manifests never see
 * them.
 */
public final class Leftovers {

  /** What Spark leaves in the folder of a table that it has committed. */
  private static final String MARKER = "_SUCCESS";

  private final String report;
  private final Storages storages;
  private final Storage storage;
  private final List<PendingUpload> uploads;

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
    this.uploads = storage.uploads(this.report);
  }

  /** The ids under which anything lies in the report, sorted. */
  public Set<String> runIds() throws IOException {
    Set<String> ids = new TreeSet<>();
    addFolders(RunFolder.RUNS, "", ids);
    for (Table table : Table.values()) {
      addFolders(table.folder(), RunFolder.PARTITION, ids);
      String partitions = report + "/" + table.folder() + "/" + RunFolder.PARTITION;
      for (PendingUpload upload : uploads) {
        if (upload.uri().startsWith(partitions)) {
          addId(upload.uri().substring(partitions.length()).replaceFirst("/.*", ""), ids);
        }
      }
    }
    return ids;
  }

  private void addFolders(String in, String prefix, Set<String> ids) throws IOException {
    for (FileEntry entry : inside(report + "/" + in)) {
      if (entry.directory() && entry.name().startsWith(prefix)) {
        addId(entry.name().substring(prefix.length()), ids);
      }
    }
  }

  private static void addId(String id, Set<String> ids) {
    if (RunFolder.RUN_ID.matcher(id).matches()) {
      ids.add(id);
    }
  }

  /**
   * What is left over under an id.
   *
   * @throws DamagedReportException if its manifest cannot be read: then nothing is known to be left
   *     over
   * @throws FileNotFoundException if something went away meanwhile
   */
  public RunLeftovers of(String runId) throws IOException {
    RunFolder run = new RunFolder(report, runId, storages);
    List<FileEntry> json = inside(run.file(""));
    boolean published = json.stream().anyMatch(file -> file.name().equals(RunFolder.MANIFEST));
    RunLeftovers left = new RunLeftovers(runId, published);
    Set<String> listed = published ? listed(run.knownManifest()) : Set.of();
    for (Table table : Table.values()) {
      String path = table.folder() + "/" + run.partition() + "/";
      collect(
          run.tableUri(table),
          entry ->
              !published || !listed.contains(path + entry.name()) && !entry.name().equals(MARKER),
          left);
      uploads.stream().filter(u -> u.uri().startsWith(report + "/" + path)).forEach(left::add);
    }
    String folder = RunFolder.withoutTrailingSlash(run.file(""));
    collect(folder, entry -> !published || RunFolder.isUnfinished(entry.name()), left);
    return left;
  }

  private static Set<String> listed(Manifest manifest) {
    Set<String> listed = new HashSet<>();
    manifest.tables().values().forEach(t -> t.files().forEach(part -> listed.add(part.path())));
    return listed;
  }

  /** What a folder has of the unwanted, and the folder itself unless its run exists. */
  private void collect(String folder, Predicate<FileEntry> unwanted, RunLeftovers left)
      throws IOException {
    List<FileEntry> inside = inside(folder);
    for (FileEntry entry : inside) {
      if (unwanted.test(entry)) {
        collect(entry, left);
      }
    }
    if (!left.isPublished() && (!inside.isEmpty() || storage.exists(folder))) {
      addFolder(folder, inside.isEmpty(), left);
    }
  }

  /** A link is removed, so it is not followed. */
  private void collect(FileEntry entry, RunLeftovers left) throws IOException {
    if (!entry.directory() || storage.linkTarget(entry.uri()).isPresent()) {
      left.add(entry, storage.modified(entry.uri()));
      return;
    }
    List<FileEntry> inside = storage.list(entry.uri());
    for (FileEntry next : inside) {
      collect(next, left);
    }
    addFolder(entry.uri(), inside.isEmpty(), left);
  }

  /** In a store folders have no times, and nobody misses an empty one. */
  private void addFolder(String uri, boolean isEmpty, RunLeftovers left) throws IOException {
    left.addFolder(uri);
    if (isEmpty && storage.movesByName(report)) {
      left.at(storage.modified(uri));
    }
  }

  private List<FileEntry> inside(String folder) throws IOException {
    try {
      return storage.list(folder);
    } catch (FileNotFoundException e) {
      return new ArrayList<>();
    }
  }

  /**
   * Removes what was found, and nothing that has come since.
   *
   * @param before when a driver was at work later, it is at work again, and nothing is removed
   * @return whether it was removed
   */
  public boolean remove(RunLeftovers left, Instant before) throws IOException {
    RunLeftovers now = of(left.runId());
    if (now.isPublished() != left.isPublished() || now.written().isAfter(before)) {
      return false;
    }
    for (FileEntry file : left.files()) {
      storage.deleteRecursively(file.uri());
    }
    for (PendingUpload upload : left.pendingUploads()) {
      storage.abort(upload);
    }
    for (String folder : left.folders()) {
      storage.deleteIfEmpty(folder);
    }
    return true;
  }
}
