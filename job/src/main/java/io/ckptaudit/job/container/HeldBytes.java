package io.ckptaudit.job.container;

import io.ckptaudit.job.io.RangeReader;
import java.io.EOFException;
import java.nio.ByteBuffer;

/** Bytes in memory in the place of a file: what was inflated from one. */
public final class HeldBytes implements RangeReader {
  private final byte[] bytes;

  public HeldBytes(byte[] bytes) {
    this.bytes = bytes;
  }

  @Override
  public long length() {
    return bytes.length;
  }

  @Override
  public void readFully(long position, ByteBuffer target) throws EOFException {
    if (position < 0 || position > bytes.length - target.remaining()) {
      throw new EOFException(
          "Cannot read " + target.remaining() + " bytes at " + position + " of " + bytes.length);
    }
    target.put(bytes, (int) position, target.remaining());
  }

  @Override
  public void close() {}
}
