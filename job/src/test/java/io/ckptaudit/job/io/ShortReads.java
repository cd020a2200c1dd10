package io.ckptaudit.job.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/** A file whose reads end early, as those of some network file systems do, or fail. */
final class ShortReads extends FileChannel {

  private final byte[] content;
  private final int atMost;
  private final int grain;

  /**
   * @param atMost bytes of a read; none are read by 0, which fails
   * @param grain of positions, as direct I/O asks for
   */
  ShortReads(byte[] content, int atMost, int grain) {
    this.content = content;
    this.atMost = atMost;
    this.grain = grain;
  }

  @Override
  public int read(ByteBuffer target, long position) throws IOException {
    if (atMost == 0 || position % grain != 0 || target.remaining() % grain != 0) {
      throw new IOException("Invalid argument");
    }
    int bytes = (int) Math.min(Math.min(atMost, target.remaining()), content.length - position);
    if (bytes <= 0) {
      return -1;
    }
    target.put(content, (int) position, bytes);
    return bytes;
  }

  @Override
  public long size() {
    return content.length;
  }

  @Override
  protected void implCloseChannel() {}

  @Override
  public int read(ByteBuffer target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long read(ByteBuffer[] targets, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int write(ByteBuffer source) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int write(ByteBuffer source, long position) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long write(ByteBuffer[] sources, int offset, int length) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long position() {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileChannel position(long newPosition) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileChannel truncate(long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void force(boolean metaData) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferTo(long position, long count, WritableByteChannel target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long position, long count) {
    throw new UnsupportedOperationException();
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long position, long size) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock lock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }

  @Override
  public FileLock tryLock(long position, long size, boolean shared) {
    throw new UnsupportedOperationException();
  }
}
