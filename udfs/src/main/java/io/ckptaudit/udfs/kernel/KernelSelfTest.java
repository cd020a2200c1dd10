package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Holds the fast twins to the reference when a JVM starts: JDKs have shipped wrong conversion
 * intrinsics, and an audit must not trust one that this machine gets wrong.
 */
final class KernelSelfTest {

  private static final int CODES = 1 << Short.SIZE;

  /**
   * Low halves given to F32 patterns: exact, both neighbours of a tie of every target's last place,
   * and the ties.
   */
  private static final int[] LOW_HALVES = {
    0x0000, 0x8000, 0x7FFF, 0x8001, 0x0001, 0xFFFF, 0x1000, 0x0FFF
  };

  private KernelSelfTest() {}

  /** What conversions get wrong first, or nothing. */
  static Optional<String> conversionFault(ConversionKernel fast) {
    for (FloatFormat source : FloatFormat.values()) {
      if (source.bits() == 8 || source.bits() == 16) {
        Optional<String> fault = wideningFault(fast, source);
        if (fault.isPresent()) {
          return fault;
        }
      }
    }
    for (Target target : Target.values()) {
      if (target.format().bits() <= 16) {
        Optional<String> fault = narrowingFault(fast, target);
        if (fault.isPresent()) {
          return fault;
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> wideningFault(ConversionKernel fast, FloatFormat source) {
    int width = source.bits() / Byte.SIZE;
    ByteBuffer codes = buffer(source.codes() * width);
    for (int code = 0; code < source.codes(); code++) {
      put(codes, code, width, code);
    }
    ByteBuffer floats = buffer(source.codes() * Float.BYTES);
    fast.toFloat(source, codes, floats, source.codes());
    for (int code = 0; code < source.codes(); code++) {
      int expected = Float.floatToIntBits((float) source.decode(code));
      int actual = floats.getInt(code * Float.BYTES);
      if (actual != expected) {
        return Optional.of(fault(source + " → F32", code, expected, actual));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> narrowingFault(ConversionKernel fast, Target target) {
    int width = target.format().bits() / Byte.SIZE;
    ByteBuffer floats = buffer(CODES * Float.BYTES);
    for (int i = 0; i < CODES; i++) {
      floats.putInt(i * Float.BYTES, i << Short.SIZE | LOW_HALVES[i % LOW_HALVES.length]);
    }
    ByteBuffer codes = buffer(CODES * width);
    fast.fromFloat(target, floats, codes, CODES);
    for (int i = 0; i < CODES; i++) {
      int expected = (int) target.cast(floats.getFloat(i * Float.BYTES));
      int actual = width == 1 ? codes.get(i) & 0xFF : codes.getShort(i * width) & 0xFFFF;
      if (actual != expected) {
        return Optional.of(fault("F32 → " + target, floats.getInt(i * 4), expected, actual));
      }
    }
    return Optional.empty();
  }

  /** What counting gets wrong first, or nothing. */
  static Optional<String> counterFault() {
    for (FloatFormat format : new FloatFormat[] {FloatFormat.F16, FloatFormat.F8_E4M3}) {
      CodeCounter fast = new UnrolledCodeCounter(format);
      CodeCounter reference = new ScalarCodeCounter(format);
      ByteBuffer span = buffer(4098);
      for (int i = 0; i < span.capacity(); i++) {
        span.put(i, (byte) (i * i * 31 >> 5));
      }
      fast.add(span);
      reference.add(span);
      if (!agree(fast, reference)) {
        return Optional.of("counting of " + format + " differs from the reference");
      }
    }
    return Optional.empty();
  }

  private static boolean agree(CodeCounter a, CodeCounter b) {
    return a.elements() == b.elements()
        && a.crc32c() == b.crc32c()
        && a.firstMinIndex() == b.firstMinIndex()
        && a.firstMaxIndex() == b.firstMaxIndex()
        && Arrays.equals(a.counts(), b.counts());
  }

  private static String fault(String conversion, int input, int expected, int actual) {
    return String.format(
        Locale.ROOT,
        "conversion %s of code 0x%X gives 0x%X, not 0x%X; this JVM miscompiles it",
        conversion,
        input,
        actual,
        expected);
  }

  private static void put(ByteBuffer codes, int index, int width, int code) {
    if (width == 1) {
      codes.put(index, (byte) code);
    } else {
      codes.putShort(index * width, (short) code);
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocateDirect(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }
}
