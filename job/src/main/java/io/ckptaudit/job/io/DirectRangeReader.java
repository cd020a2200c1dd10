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
      int read = channel.read(target, start + target.position());
      boolean atTheEnd = read < 0 || read % block != 0;
      if (atTheEnd && target.position() < needed) {
        long found = Math.max(position, start + target.position());
        throw LocalRangeReader.endOfFile(file, position, bytes, found);
      }
    }
    return skipped(buffer) + before;
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
