package io.ckptaudit.job.container;

import io.ckptaudit.job.io.RangeReader;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Bytes in memory in the place of a file: what was inflated from one. */
public final class HeldBytes implements RangeReader {
  private final byte[] bytes;
  private final RangeReader origin;

  public HeldBytes(byte[] bytes) {
    this(bytes, null);
  }

  /**
   * @param origin whose budget is theirs; null if there is none
   */
  public HeldBytes(byte[] bytes, RangeReader origin) {
    this.bytes = bytes;
    this.origin = origin;
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
  public void verifyTime(long position) throws IOException {
    if (origin != null) {
      origin.verifyTime(position);
    }
  }

  @Override
  public void takeHeap(long taken) throws IOException {
    if (origin != null) {
      origin.takeHeap(taken);
    }
  }

  @Override
  public void close() {}
}
