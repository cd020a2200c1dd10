package io.ckptaudit.job.io;

import java.time.Instant;

/**
 * An upload in parts that was begun and neither completed nor aborted: nobody sees it, and somebody
 * pays for it.
 *
 * @param uri of the file it would have become
 * @param id by which the store knows it
 */
public record PendingUpload(String uri, String id, Instant begun) {

  /** The last part of the path of its file. */
  public String name() {
    return uri.substring(uri.lastIndexOf('/') + 1);
  }
}
