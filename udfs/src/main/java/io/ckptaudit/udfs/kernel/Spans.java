package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Objects;

/** The argument checks that both conversion twins share, and little-endian views of spans. */
final class Spans {

  private Spans() {}

  /** A little-endian view of exactly the given elements, from the position of the buffer on. */
  static ByteBuffer view(ByteBuffer buffer, int elements, int width) {
    long bytes = Math.multiplyFull(elements, width);
    if (elements < 0 || bytes > buffer.remaining()) {
      throw new IndexOutOfBoundsException(
          "Cannot take "
              + elements
              + " elements of "
              + width
              + " bytes at byte "
              + buffer.position()
              + ": the span has "
              + buffer.remaining()
              + "; make it longer or take fewer");
    }
    return buffer.slice(buffer.position(), (int) bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Bytes per element of a format of at most 16 bits; those of fewer than 8 take one unpacked. */
  static int narrowWidth(FloatFormat format) {
    if (format.bits() > Short.SIZE) {
      throw new IllegalArgumentException(
          "Cannot convert between F32 and "
              + format
              + " of "
              + format.bits()
              + " bits: at most 16 are supported");
    }
    return format.bits() <= Byte.SIZE ? Byte.BYTES : Short.BYTES;
  }

  /** As {@link #narrowWidth(FloatFormat)}. */
  static int narrowWidth(Target target) {
    return narrowWidth(Objects.requireNonNull(target, "target").format());
  }
}
