package io.ckptaudit.job.io;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.util.Optional;

final class LocalRangeReader implements RangeReader {
  /** The JDK copies a heap buffer through a direct one of the same size and keeps that one. */
  private static final int HEAP_READ_BYTES = 1 << 20;

  private final FileEntry file;
  private final FileChannel channel;
  private final UnchangedCheck check;

  LocalRangeReader(FileEntry file, FileChannel channel, UnchangedCheck check) {
    this.file = file;
    this.channel = channel;
    this.check = check;
  }

  @Override
  public long length() {
    return file.length();
  }

  @Override
  public void readFully(long position, ByteBuffer target) throws IOException {
    int start = target.position();
    int limit = target.limit();
    while (target.position() < limit) {
      if (!target.isDirect()) {
        target.limit(Math.min(limit, target.position() + HEAP_READ_BYTES));
      }
      int read = readSome(position + (target.position() - start), target);
      target.limit(limit);
      if (read < 0) {
        long found = position + (target.position() - start);
        throw endOfFile(file, position, (long) limit - start, found);
      }
    }
  }

  private int readSome(long position, ByteBuffer target) throws IOException {
    try {
      return channel.read(target, position);
    } catch (IOException e) {
      throw failed(file, position, e);
    }
  }

  /** Where a read failed, unless it was called off. */
  static IOException failed(FileEntry file, long position, IOException failure) {
    return failure instanceof ClosedChannelException
        ? failure
        : new ReadFailedException(file, position, 1, failure);
  }

  static EOFException endOfFile(FileEntry file, long position, long bytes, long found) {
    return new EOFException(
        "Cannot read bytes [%s, %s) of %s: it ends at byte %s and had %s when it was listed; keep writers away and run the audit again"
            .formatted(position, position + bytes, file.uri(), found, file.length()));
  }

  @Override
  public Optional<MappedByteBuffer> map(long position, long bytes) throws IOException {
    verifyReaches(position + bytes);
    return Optional.of(channel.map(FileChannel.MapMode.READ_ONLY, position, bytes));
  }

  @Override
  public void verifyReaches(long end) throws IOException {
    long size = channel.size();
    if (end > size) {
      throw endOfFile(file, size, end - size, size);
    }
  }

  @Override
  public void verifyUnchanged() throws IOException {
    check.verify(file);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
