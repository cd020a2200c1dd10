package io.ckptaudit.job.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/**
 * A local file read past the page cache ({@code O_DIRECT}). The position in the file, the address
 * in memory and the length of such a read are multiples of a block of the file system, so a range
 * is read as the blocks that hold it; the last one of a file may be cut short by its end.
 */
final class DirectRangeReader implements RangeReader {
  private static final int BOUNCE_BYTES = 1 << 20;

  private final FileEntry file;
  private final FileChannel channel;
  private final int block;
  private final UnchangedCheck check;
  private ByteBuffer bounce;

  /**
   * @param block a power of two, at most a quarter of {@link #ROOM}
   */
  DirectRangeReader(FileEntry file, FileChannel channel, int block, UnchangedCheck check) {
    this.file = file;
    this.channel = channel;
    this.block = block;
    this.check = check;
  }

  @Override
  public long length() {
    return file.length();
  }

  @Override
  public int readWithin(long position, int bytes, ByteBuffer buffer) throws IOException {
    long start = position & -block;
    int before = (int) (position - start);
    int needed = before + bytes;
    int wanted = (needed + block - 1) & -block;
    ByteBuffer target = aligned(buffer).limit(wanted);
    while (target.position() < needed) {
      int from = target.position();
      int read = readSome(start + from, target);
      if (target.position() < needed) {
        verifyGoesOn(read, start + target.position(), position, bytes);
        target.position(nextBlock(start, from, target.position()));
      }
    }
    return skipped(buffer) + before;
  }

  private void verifyGoesOn(int read, long reached, long position, int bytes) throws IOException {
    if (read < 0 || reached >= channel.size()) {
      throw LocalRangeReader.endOfFile(file, position, bytes, Math.max(position, reached));
    }
  }

  /** Where to go on after a read that ended early: at the block in which it did. */
  private int nextBlock(long start, int from, int reached) throws IOException {
    int next = reached & -block;
    if (next == from) {
      IOException cut =
          new IOException(
              "a direct read ended after %s bytes of a block".formatted(reached - from));
      throw LocalRangeReader.failed(file, start + from, cut);
    }
    return next;
  }

  /** Reads a block, which a file system that lets a file be opened so may still refuse. */
  void verifyReads() throws IOException {
    if (file.length() > 0) {
      readFully(0, ByteBuffer.allocate(1));
    }
  }

  private int readSome(long from, ByteBuffer target) throws IOException {
    try {
      return channel.read(target, from);
    } catch (IOException e) {
      throw LocalRangeReader.failed(file, from, e);
    }
  }

  private ByteBuffer aligned(ByteBuffer buffer) {
    int skipped = skipped(buffer);
    return buffer.slice(skipped, buffer.capacity() - skipped);
  }

  /** Bytes of the buffer before the first whose address is a multiple of the block. */
  private int skipped(ByteBuffer buffer) {
    return -buffer.alignmentOffset(0, block) & (block - 1);
  }

  @Override
  public void readFully(long position, ByteBuffer target) throws IOException {
    if (bounce == null) {
      bounce = ByteBuffer.allocateDirect(BOUNCE_BYTES + ROOM);
    }
    long from = position;
    while (target.hasRemaining()) {
      int bytes = Math.min(target.remaining(), BOUNCE_BYTES);
      int offset = readWithin(from, bytes, bounce);
      target.put(bounce.slice(offset, bytes));
      from += bytes;
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
