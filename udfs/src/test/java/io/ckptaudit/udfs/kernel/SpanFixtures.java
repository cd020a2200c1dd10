package io.ckptaudit.udfs.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;

/** Buffers for the kernel contracts: both kinds, odd addresses, guard bytes around the span. */
final class SpanFixtures {

  static final byte GUARD = (byte) 0xA5;
  private static final int MARGIN = 64;

  private SpanFixtures() {}

  /** A seed that changes with every run unless -Dtests.seed is set; print it with each failure. */
  static long seed() {
    return Long.getLong("tests.seed", System.nanoTime());
  }

  /** Little-endian copies of the bytes in every kind of buffer a caller may have. */
  static List<ByteBuffer> kindsOf(byte[] bytes) {
    return List.of(
        copy(bytes, true, 0),
        copy(bytes, true, 1),
        copy(bytes, false, 0),
        copy(bytes, false, 3),
        copy(bytes, false, 0).asReadOnlyBuffer(),
        copy(bytes, true, 5).order(ByteOrder.BIG_ENDIAN));
  }

  static ByteBuffer copy(byte[] bytes, boolean direct, int offset) {
    ByteBuffer buffer = guarded(bytes.length, direct, offset);
    buffer.put(buffer.position(), bytes);
    return buffer;
  }

  /** A span filled with guard bytes, with guard bytes before and after it in the same buffer. */
  static ByteBuffer guarded(int bytes, boolean direct, int offset) {
    int capacity = bytes + 2 * MARGIN;
    ByteBuffer buffer =
        direct ? ByteBuffer.allocateDirect(capacity) : ByteBuffer.allocate(capacity);
    for (int i = 0; i < capacity; i++) {
      buffer.put(i, GUARD);
    }
    return buffer
        .order(ByteOrder.LITTLE_ENDIAN)
        .position(MARGIN / 2 + offset)
        .limit(MARGIN / 2 + offset + bytes);
  }

  /** Whether every byte outside position and limit, and from {@code used} on, is a guard still. */
  static boolean guardsIntact(ByteBuffer buffer, int used) {
    ByteBuffer all = buffer.duplicate().clear();
    for (int i = 0; i < all.capacity(); i++) {
      boolean inside = i >= buffer.position() && i < buffer.position() + used;
      if (!inside && all.get(i) != GUARD) {
        return false;
      }
    }
    return true;
  }

  static byte[] random(Random random, int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
