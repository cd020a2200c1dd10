package io.ckptaudit.job.io;

import java.io.IOException;

/** Bytes could not be read, however often it was tried. */
public final class ReadFailedException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long position;
  private final int attempts;

  /**
   * @param position in the file of the first byte that did not come
   * @param attempts to read it, at least 1
   */
  public ReadFailedException(FileEntry file, long position, int attempts, Exception last) {
    super(
        "Cannot read %s at byte %s: attempt %s failed with '%s'; check the disk or the store and run the audit again"
            .formatted(file.uri(), position, attempts, last.getMessage()),
        last);
    this.position = position;
    this.attempts = attempts;
  }

  public long position() {
    return position;
  }

  public int attempts() {
    return attempts;
  }
}
