package io.ckptaudit.udfs.kernel;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * CRC-32C (Castagnoli, as in iSCSI) of consecutive spans, by the JDK's intrinsic; 0 of no bytes.
 *
 * <p>The intrinsic runs outside of compiled Java code, where a page that a mapped file has lost
 * ends the JVM. So each page is read in Java first, shortly before, and the {@link InternalError}
 * by which the JVM reports a lost page there is made to appear before the intrinsic is entered.
 */
public final class SpanCrc32c {

  /** Small enough to be in the second-level cache still when it was just read. */
  private static final int PIECE_BYTES = 64 << 10;

  /** No page is smaller. */
  private static final int PAGE_BYTES = 4096;

  private final CRC32C crc = new CRC32C();

  /** These keep the compiler from leaving out what has no other effect. */
  int touched;

  byte[][] made;
  int none;

  /**
   * Adds the bytes between position and limit, which are left as they are.
   *
   * @throws InternalError if the span is mapped and its file does not reach so far any more
   */
  public void update(ByteBuffer span) {
    ByteBuffer bytes = span.duplicate();
    int end = span.limit();
    for (int from = span.position(); from < end; ) {
      int to = from + Math.min(PIECE_BYTES, end - from);
      update(bytes, from, to);
      from = to;
    }
  }

  /** Adds the bytes between two offsets; position and limit of the buffer are moved. */
  void update(ByteBuffer bytes, int from, int to) {
    bytes.limit(to);
    if (bytes.isDirect() && from < to) {
      touch(bytes, from, to);
    }
    crc.update(bytes.position(from));
  }

  private void touch(ByteBuffer bytes, int from, int to) {
    int sum = bytes.get(to - 1);
    for (int i = from; i < to; i += PAGE_BYTES) {
      sum += bytes.get(i);
    }
    touched = sum;
    throwLostPage();
  }

  /**
   * The JVM throws when a thread comes back from its runtime (up to JDK 20 not when it comes back
   * from native code), and arrays of arrays whose lengths are not known are made in there. One call
   * costs some tens of nanoseconds, and a piece takes twenty thousand.
   */
  private void throwLostPage() {
    made = new byte[none][none];
  }

  /** The CRC of all bytes since the last reset. */
  public int value() {
    return (int) crc.getValue();
  }

  public void reset() {
    crc.reset();
  }
}
