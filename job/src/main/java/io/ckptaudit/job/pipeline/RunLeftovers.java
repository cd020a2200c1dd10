package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.PendingUpload;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What drivers with one run id left behind.
 *
 * @param published whether a run of this id exists, which all this is no part of
 * @param uris files and folders to be removed with all inside
 * @param uploads to be aborted
 * @param content of the files and folders
 */
public record RunLeftovers(
    String runId,
    boolean published,
    List<String> uris,
    List<PendingUpload> uploads,
    Content content) {

  /**
   * Of files, and of folders with all inside.
   *
   * @param written when the last of the files was; the epoch without files
   */
  public record Content(long files, long bytes, Instant written) {
    static final Content NONE = new Content(0, 0, Instant.EPOCH);

    Content with(Content other) {
      Instant last = other.written.isAfter(written) ? other.written : written;
      return new Content(files + other.files, bytes + other.bytes, last);
    }
  }

  public boolean isEmpty() {
    return uris.isEmpty() && uploads.isEmpty();
  }

  /** When a driver last wrote a file or began an upload; the epoch if there are only folders. */
  public Instant written() {
    return uploads.stream()
        .map(PendingUpload::begun)
        .reduce(content.written(), (one, other) -> one.isAfter(other) ? one : other);
  }

  RunLeftovers with(String uri, Content of) {
    List<String> all = new ArrayList<>(uris);
    all.add(uri);
    return new RunLeftovers(runId, published, all, uploads, content.with(of));
  }
}
