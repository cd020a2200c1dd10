package io.ckptaudit.job.container.pickle;

/** Bytes, or text too long to be a name, of which only the length is kept. Equal only to itself. */
public final class OmittedBytes {
  private final long length;

  OmittedBytes(long length) {
    this.length = length;
  }

  public long length() {
    return length;
  }
}
