package io.ckptaudit.job.checkpoint;

import java.io.IOException;

/** Bytes that are not UTF-8, or are it only by accident: UTF-16, or a byte order mark. */
public final class MalformedTextException extends IOException {
  private static final long serialVersionUID = 1L;

  private final long byteOffset;
  private final boolean utf8;

  MalformedTextException(String message, long byteOffset, boolean utf8) {
    super(message);
    this.byteOffset = byteOffset;
    this.utf8 = utf8;
  }

  /** Whether a decoder that looks at nothing but bytes takes them. */
  public boolean isUtf8() {
    return utf8;
  }

  /** Of the first such byte, absolute in the file. */
  public long byteOffset() {
    return byteOffset;
  }
}
