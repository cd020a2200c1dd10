package io.ckptaudit.job.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.StreamCapabilities;

/**
 * One stream. Seeks are lazy in every store, so a scan forward is one request; of a stream opened
 * for ranges anywhere, each read is one.
 */
final class HadoopRangeReader implements RangeReader {
  /** The longest read into a heap buffer that is then copied: one request of an object store. */
  private static final int COPY_BYTES = 8 << 20;

  private final FileEntry file;
  private final FSDataInputStream stream;
  private final UnchangedCheck check;
  private final boolean readsBuffers;
  private byte[] copy = new byte[0];

  HadoopRangeReader(FileEntry file, FSDataInputStream stream, UnchangedCheck check) {
    this.file = file;
    this.stream = stream;
    this.check = check;
    this.readsBuffers = stream.hasCapability(StreamCapabilities.READBYTEBUFFER);
  }

  @Override
  public long length() {
    return file.length();
  }

  @Override
  public void readFully(long position, ByteBuffer target) throws IOException {
    long bytes = target.remaining();
    if (bytes == 0) {
      return;
    }
    if (position > file.length() - bytes) {
      throw LocalRangeReader.endOfFile(file, position, bytes, file.length());
    }
    int start = target.position();
    stream.seek(position);
    while (target.hasRemaining()) {
      if (readSome(target) < 0) {
        long found = position + (target.position() - start);
        throw LocalRangeReader.endOfFile(file, position, bytes, found);
      }
    }
  }

  private int readSome(ByteBuffer target) throws IOException {
    if (target.hasArray()) {
      int offset = target.arrayOffset() + target.position();
      int read = stream.read(target.array(), offset, target.remaining());
      target.position(target.position() + Math.max(read, 0));
      return read;
    }
    if (readsBuffers) {
      return stream.read(target);
    }
    int wanted = Math.min(target.remaining(), COPY_BYTES);
    if (copy.length < wanted) {
      copy = new byte[wanted];
    }
    int read = stream.read(copy, 0, wanted);
    target.put(copy, 0, Math.max(read, 0));
    return read;
  }

  @Override
  public void verifyUnchanged() throws IOException {
    check.verify(file);
  }

  @Override
  public void close() throws IOException {
    stream.close();
  }
}
