package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.MagnitudeKey;
import java.nio.ByteBuffer;

/**
 * The fast twin: asks of 32 bytes at a time whether any element is larger than the largest so far,
 * which after the first few is seldom. In each lane of a word the sign is cleared and so much added
 * that a larger magnitude, and no other, sets the bit of the sign; no lane reaches the next, since
 * both addends are below 2^(width − 1).
 */
final class WordMagnitudes implements MagnitudeSearch {

  private static final int STRIDE = 4 * Long.BYTES;

  private final int width;
  private final long notFinite;
  private final long ones;
  private final long signs;
  private final long magnitudes;
  private final long laneMagnitude;

  WordMagnitudes(FloatFormat format) {
    width = format.bits() / Byte.SIZE;
    notFinite = MagnitudeKey.notFinite(format);
    laneMagnitude = -1L >>> (Long.SIZE - format.bits() + 1);
    ones = format.bits() == Long.SIZE ? 1 : Long.divideUnsigned(-1, (1L << format.bits()) - 1);
    magnitudes = ones * laneMagnitude;
    signs = ~magnitudes;
  }

  /** Whether codes without their sign compare as magnitudes, NaN and infinities last. */
  static boolean isFor(FloatFormat format) {
    return format.bits() >= Byte.SIZE && format.hasNegativeZero();
  }

  @Override
  public long largest(ByteBuffer span, long first, long end, long atLeast) {
    int at = Math.toIntExact(first * width);
    int to = Math.toIntExact(end * width);
    long largest = atLeast;
    long raise = raise(largest);
    for (; at <= to - STRIDE; at += STRIDE) {
      long larger =
          (span.getLong(at) & magnitudes) + raise
              | (span.getLong(at + Long.BYTES) & magnitudes) + raise
              | (span.getLong(at + 2 * Long.BYTES) & magnitudes) + raise
              | (span.getLong(at + 3 * Long.BYTES) & magnitudes) + raise;
      if ((larger & signs) != 0) {
        largest = oneByOne(span, at, at + STRIDE, largest);
        raise = raise(largest);
      }
    }
    return Math.min(oneByOne(span, at, to, largest), notFinite);
  }

  /** In each lane what takes the next larger magnitude to the bit of the sign. */
  private long raise(long largest) {
    return ones * (laneMagnitude - largest);
  }

  private long oneByOne(ByteBuffer span, int from, int to, long atLeast) {
    long largest = atLeast;
    for (int at = from; at < to; at += width) {
      long code =
          switch (width) {
            case Byte.BYTES -> span.get(at);
            case Short.BYTES -> span.getShort(at);
            case Integer.BYTES -> span.getInt(at);
            default -> span.getLong(at);
          };
      largest = Math.max(largest, code & laneMagnitude);
    }
    return largest;
  }
}
