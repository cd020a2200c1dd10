package io.ckptaudit.udfs.kernel;

import java.nio.Buffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import sun.misc.Unsafe;

/**
 * The counting loop on raw addresses, and the only class here that sees {@link Unsafe}.
 *
 * <p>Why: an element costs a load and an increment, and the bounds checks of a Java table and a
 * buffer cost as much again; without them the loop is as fast as C. No code can lead out of the
 * table, which has a counter for each of 2^16.
 *
 * <p>That must hold even for memory that is not there any more: where a mapped file was cut short,
 * the JVM skips the faulting load, goes on with whatever the register held, and throws an {@link
 * InternalError} soon after. So two codes are loaded as one int, used twice: the mask and the shift
 * that tell them apart are instructions of their own, after the load, and bound any register. Of a
 * load of a char the compiler would believe that it needs no mask.
 */
final class RawCounting {

  private static final Unsafe UNSAFE = unsafe();
  private static final long ADDRESS = addressField();

  private RawCounting() {}

  private static Unsafe unsafe() {
    try {
      var field = Unsafe.class.getDeclaredField("theUnsafe");
      field.setAccessible(true);
      return (Unsafe) field.get(null);
    } catch (ReflectiveOperationException e) {
      throw new UnsupportedOperationException("sun.misc.Unsafe has no instance to be had", e);
    }
  }

  private static long addressField() {
    try {
      return UNSAFE.objectFieldOffset(Buffer.class.getDeclaredField("address"));
    } catch (ReflectiveOperationException e) {
      throw new UnsupportedOperationException("java.nio.Buffer has no field of its address", e);
    }
  }

  /** Why this JVM cannot count so, or nothing. */
  static Optional<String> fault() {
    try {
      return works() ? Optional.empty() : Optional.of("memory is laid out otherwise");
    } catch (LinkageError | RuntimeException e) {
      return Optional.of(String.valueOf(e));
    }
  }

  private static boolean works() {
    ByteBuffer buffer = ByteBuffer.allocateDirect(2 * Long.BYTES);
    long address = addressOf(buffer);
    return ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN
        && address != 0
        && addressOf(buffer.slice(Long.BYTES, Long.BYTES)) == address + Long.BYTES
        && UNSAFE.getInt(address) == 0;
  }

  /** Where the bytes of a direct buffer begin; valid for as long as the buffer is reachable. */
  static long addressOf(ByteBuffer direct) {
    return UNSAFE.getLong(direct, ADDRESS);
  }

  /**
   * Adds one to the int counter of each 16-bit code.
   *
   * @param codes address of the first code
   * @param bytes of the codes, a multiple of eight
   * @param counters address of 2^16 counters
   */
  static void count(long codes, int bytes, long counters) {
    for (int i = 0; i < bytes; i += Long.BYTES) {
      int two = UNSAFE.getInt(codes + i);
      int next = UNSAFE.getInt(codes + i + Integer.BYTES);
      increment(counters, two & 0xFFFF);
      increment(counters, two >>> Short.SIZE);
      increment(counters, next & 0xFFFF);
      increment(counters, next >>> Short.SIZE);
    }
  }

  /** Whether any of the 64 bytes at an address is not zero. */
  static boolean anySet(long address) {
    long low =
        UNSAFE.getLong(address)
            | UNSAFE.getLong(address + 8)
            | UNSAFE.getLong(address + 16)
            | UNSAFE.getLong(address + 24);
    long high =
        UNSAFE.getLong(address + 32)
            | UNSAFE.getLong(address + 40)
            | UNSAFE.getLong(address + 48)
            | UNSAFE.getLong(address + 56);
    return (low | high) != 0;
  }

  private static void increment(long counters, int code) {
    long counter = counters + ((long) code << 2);
    UNSAFE.putInt(counter, UNSAFE.getInt(counter) + 1);
  }
}
