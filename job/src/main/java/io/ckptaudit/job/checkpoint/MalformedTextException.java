package io.ckptaudit.job.checkpoint;

import java.io.IOException;

/** Bytes that are not UTF-8. */
public final class MalformedTextException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long byteOffset;

  MalformedTextException(String message, long byteOffset) {
    super(message);
    this.byteOffset = byteOffset;
  }

  /** Of the first such byte, absolute in the file. */
  public long byteOffset() {
    return byteOffset;
  }
}
