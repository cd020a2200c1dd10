package io.ckptaudit.job.testing;

import io.ckptaudit.job.io.RangeReader;
import java.io.EOFException;
import java.nio.ByteBuffer;

/** A file that knows how much of it was read. */
public final class InMemoryFile implements RangeReader {
  private final byte[] bytes;
  private long read;

  public InMemoryFile(byte[] bytes) {
    this.bytes = bytes;
  }

  public long bytesRead() {
    return read;
  }

  @Override
  public long length() {
    return bytes.length;
  }

  @Override
  public void readFully(long position, ByteBuffer target) throws EOFException {
    if (position < 0 || position > bytes.length - target.remaining()) {
      throw new EOFException("read beyond the end at " + position);
    }
    read += target.remaining();
    target.put(bytes, (int) position, target.remaining());
  }

  @Override
  public void close() {}
}
