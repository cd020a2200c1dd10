package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.PendingUpload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What drivers with one run id left behind. */
public final class RunLeftovers {

  private final String runId;
  private final boolean published;
  private final List<FileEntry> files = new ArrayList<>();
  private final List<String> folders = new ArrayList<>();
  private final List<PendingUpload> uploads = new ArrayList<>();
  private Instant written = Instant.EPOCH;

  RunLeftovers(String runId, boolean published) {
    this.runId = runId;
    this.published = published;
  }

  void add(FileEntry file, Instant modified) {
    files.add(file);
    at(modified);
  }

  /** After all that is inside. */
  void addFolder(String uri) {
    folders.add(uri);
  }

  void add(PendingUpload upload) {
    uploads.add(upload);
    at(upload.begun());
  }

  /** A driver may have been at work then. */
  void at(Instant time) {
    written = time.isAfter(written) ? time : written;
  }

  public String runId() {
    return runId;
  }

  /** Whether a run of this id exists, which all this is no part of. */
  public boolean isPublished() {
    return published;
  }

  List<FileEntry> files() {
    return files;
  }

  List<String> folders() {
    return folders;
  }

  List<PendingUpload> pendingUploads() {
    return uploads;
  }

  public boolean isEmpty() {
    return files.isEmpty() && folders.isEmpty() && uploads.isEmpty();
  }

  public long fileCount() {
    return files.size();
  }

  public long bytes() {
    return files.stream().mapToLong(FileEntry::length).sum();
  }

  public long uploads() {
    return uploads.size();
  }

  /**
   * When a file was last written, an upload begun, or a folder without files made; the epoch if
   * there is none of these.
   */
  public Instant written() {
    return written;
  }
}
