package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.MagnitudeKey;
import java.nio.ByteBuffer;

/** The reference, and the search in packed formats and those without a negative zero. */
final class ScalarMagnitudes implements MagnitudeSearch {

  private final FloatFormat format;

  ScalarMagnitudes(FloatFormat format) {
    this.format = format;
  }

  @Override
  public long largest(ByteBuffer span, long first, long end, long atLeast) {
    long largest = atLeast;
    for (long i = first; i < end; i++) {
      largest = Math.max(largest, MagnitudeKey.of(format, code(span, i)));
    }
    return largest;
  }

  /** Packed elements begin anywhere in a byte, the lowest bits first. */
  private long code(ByteBuffer span, long index) {
    long bit = index * format.bits();
    int at = Math.toIntExact(bit / Byte.SIZE);
    int before = (int) (bit % Byte.SIZE);
    long code = 0;
    for (int held = 0; held < before + format.bits(); held += Byte.SIZE) {
      code |= (span.get(at++) & 0xFFL) << held;
    }
    long mask = -1L >>> (Long.SIZE - format.bits());
    return code >>> before & mask;
  }
}
