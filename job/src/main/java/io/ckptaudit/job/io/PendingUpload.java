package io.ckptaudit.job.io;

import java.time.Instant;

/**
 * An upload in parts that was begun and neither completed nor aborted: nobody sees it, and somebody
 * pays for it.
 *
 * @param uri of the file it would become
 * @param key of that file in its store
 * @param id by which the store knows the upload
 */
public record PendingUpload(String uri, String key, String id, Instant begun) {

  /** The last part of the path of its file. */
  public String name() {
    return key.substring(key.lastIndexOf('/') + 1);
  }
}
