package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.PendingUpload;
import io.ckptaudit.job.io.Storage;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.Table;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What drivers left in a report that were killed, or lost to another: files that no manifest lists,
 * and uploads that nobody completes, by the id of their run. Readers who go by manifests never see
 * them.
 */
public final class Leftovers {

  /** What Spark leaves in the folder of a table that it has committed. */
  private static final String MARKER = "_SUCCESS";

  private static final Pattern PARTITION =
      Pattern.compile("/" + RunFolder.PARTITION + "(" + RunFolder.RUN_ID + ")/");

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
    }
    for (PendingUpload upload : uploads) {
      Matcher partition = PARTITION.matcher(upload.uri());
      if (partition.find()) {
        ids.add(partition.group(1));
      }
    }
    return ids;
  }

  private void addFolders(String in, String prefix, Set<String> ids) throws IOException {
    for (FileEntry entry : inside(report + "/" + in)) {
      String id = entry.name().startsWith(prefix) ? entry.name().substring(prefix.length()) : "";
      if (entry.directory() && RunFolder.RUN_ID.matcher(id).matches()) {
        ids.add(id);
      }
    }
  }

  /**
   * What is left over under an id.
   *
   * @throws DamagedReportException if its manifest cannot be read: then nothing is known to be left
   *     over
   */
  public RunLeftovers of(String runId) throws IOException {
    RunFolder run = new RunFolder(report, runId, storages);
    boolean published = run.exists();
    String folder = "/" + run.partition() + "/";
    List<PendingUpload> pending = uploads.stream().filter(u -> u.uri().contains(folder)).toList();
    RunLeftovers left =
        new RunLeftovers(runId, published, List.of(), pending, RunLeftovers.Content.NONE);
    for (FileEntry entry : published ? unlisted(run) : folders(run)) {
      left = left.with(entry.uri(), content(entry));
    }
    return left;
  }

  /** Where a run exists. */
  private List<FileEntry> unlisted(RunFolder run) throws IOException {
    Set<String> listed = listed(run.manifest());
    List<FileEntry> unlisted = new ArrayList<>();
    for (Table table : Table.values()) {
      for (FileEntry entry : inside(run.tableUri(table))) {
        String path = table.folder() + "/" + run.partition() + "/" + entry.name();
        if (!listed.contains(path) && !entry.name().equals(MARKER)) {
          unlisted.add(entry);
        }
      }
    }
    for (FileEntry entry : inside(run.file(""))) {
      if (entry.name().startsWith(RunFolder.ATTEMPT)) {
        unlisted.add(entry);
      }
    }
    return unlisted;
  }

  private static Set<String> listed(Manifest manifest) {
    Set<String> listed = new HashSet<>();
    manifest.tables().values().forEach(t -> t.files().forEach(part -> listed.add(part.path())));
    return listed;
  }

  /** Where no run exists: all that is there. */
  private List<FileEntry> folders(RunFolder run) throws IOException {
    List<String> uris = new ArrayList<>();
    for (Table table : Table.values()) {
      uris.add(run.tableUri(table));
    }
    uris.add(RunFolder.withoutTrailingSlash(run.file("")));
    List<FileEntry> folders = new ArrayList<>();
    for (String uri : uris) {
      if (storage.exists(uri)) {
        folders.add(storage.stat(uri));
      }
    }
    return folders;
  }

  private List<FileEntry> inside(String folder) throws IOException {
    return storage.exists(folder) ? storage.list(folder) : List.of();
  }

  /** A link is removed, so it is not followed. */
  private RunLeftovers.Content content(FileEntry entry) throws IOException {
    if (!entry.directory() || storage.linkTarget(entry.uri()).isPresent()) {
      return new RunLeftovers.Content(1, entry.length(), storage.modified(entry.uri()));
    }
    RunLeftovers.Content content = RunLeftovers.Content.NONE;
    for (FileEntry inside : storage.list(entry.uri())) {
      content = content.with(content(inside));
    }
    return content;
  }

  public void remove(RunLeftovers left) throws IOException {
    for (String uri : left.uris()) {
      storage.deleteRecursively(uri);
    }
    for (PendingUpload upload : left.uploads()) {
      storage.abort(upload);
    }
  }
}
