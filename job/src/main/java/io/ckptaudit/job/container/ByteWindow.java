package io.ckptaudit.job.container;

import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Small pieces of a file, read by way of a window that grows while places follow one another and
 * shrinks when they do not: 100,000 small headers side by side are few reads, and a few far apart
 * are short ones. Not safe for use by several threads at once.
 */
public final class ByteWindow {
  private static final int SMALLEST = 4 << 10;
  private static final int LARGEST = 1 << 20;

  private final RangeReader file;
  private final long end;
  private ByteBuffer bytes = ByteBuffer.allocate(0);
  private long start;
  private int next = SMALLEST;

  /**
   * @param end nothing at or beyond it is read; at most the length of the file
   */
  public ByteWindow(RangeReader file, long end) {
    this.file = file;
    this.end = end;
  }

  /** Where the bytes end. */
  public long end() {
    return end;
  }

  /** Whether so many bytes at a place are before the end. */
  public boolean has(long position, long length) {
    return position >= 0 && length >= 0 && position <= end - length;
  }

  /**
   * The bytes at a place, little-endian, valid until the next call.
   *
   * @param length for which {@link #has} is true; the caller bounds it
   */
  public ByteBuffer at(long position, int length) throws IOException {
    if (position < start || position + length > start + bytes.limit()) {
      load(position, length);
    }
    return bytes.slice((int) (position - start), length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void load(long position, int length) throws IOException {
    long windowEnd = start + bytes.limit();
    boolean follows = position >= start && position <= windowEnd + next;
    next = follows ? Math.min(LARGEST, next * 2) : SMALLEST;
    int wanted = (int) Math.min(Math.max(length, next), end - position);
    if (wanted > bytes.capacity()) {
      bytes = ByteBuffer.allocate(wanted);
    }
    bytes.limit(0);
    ByteBuffer target = bytes.duplicate().position(0).limit(wanted);
    file.readFully(position, target);
    bytes.limit(wanted);
    start = position;
  }
}
