package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Holds the fast twins to the reference on the machine at hand: JDKs have shipped wrong conversion
 * intrinsics, and an audit must not trust one that this machine gets wrong.
 *
 * <p>At full length ({@code stride} 1) every 16-bit code is widened and 65,536 F32 patterns, one
 * for each upper half, are rounded to every target. When a JVM starts this would run in the
 * interpreter and take most of a second, so the chooser takes every {@link #START_STRIDE}th; since
 * that is odd it still meets every exponent and sign, every low half, and zeros, subnormals,
 * overflow and NaN.
 */
final class KernelSelfTest {

  static final int EXHAUSTIVE = 1;
  static final int START_STRIDE = 127;

  /** Counting at the start of a JVM: every loop and its rest, once. */
  static final int ONCE = 1;

  /**
   * Counting of spans of 8 KiB: thousands of turns of loops that are compiled by then. The
   * reference is not, and longer ones would be felt in a small audit.
   */
  static final int AT_LENGTH = 16;

  /** Whole elements of any format. */
  private static final int SPAN_BYTES = 516;

  private static final int PATTERNS = 1 << Short.SIZE;

  /** Low halves of F32 patterns: exact ones, ties, and the neighbours of ties. */
  private static final int[] LOW_HALVES = {
    0x0000, 0x8000, 0x7FFF, 0x8001, 0x0001, 0xFFFF, 0x1000, 0x0FFF
  };

  private KernelSelfTest() {}

  /** What conversions get wrong first, or nothing. */
  static Optional<String> conversionFault(ConversionKernel fast, int stride) {
    Optional<String> fault = Optional.empty();
    for (FloatFormat source : FloatFormat.values()) {
      if (fault.isEmpty() && source.bits() <= Short.SIZE) {
        fault = wideningFault(fast, source, source.bits() <= 8 ? Math.min(stride, 3) : stride);
      }
    }
    for (Target target : Target.values()) {
      if (fault.isEmpty() && target.format().bits() <= 16) {
        fault = narrowingFault(fast, target, stride);
      }
    }
    return fault;
  }

  private static Optional<String> wideningFault(
      ConversionKernel fast, FloatFormat source, int stride) {
    int width = Spans.narrowWidth(source);
    int elements = (source.codes() - 1) / stride + 1;
    ByteBuffer codes = buffer(elements * width);
    for (int i = 0; i < elements; i++) {
      put(codes, i, width, i * stride);
    }
    ByteBuffer floats = buffer(elements * Float.BYTES);
    fast.toFloat(source, codes, floats, elements);
    for (int i = 0; i < elements; i++) {
      int code = i * stride;
      int expected = Float.floatToIntBits((float) source.decode(code));
      int actual = floats.getInt(i * Float.BYTES);
      if (actual != expected) {
        return Optional.of(fault(source + " → F32", code, expected, actual));
      }
    }
    return Optional.empty();
  }

  private static Optional<String> narrowingFault(ConversionKernel fast, Target target, int stride) {
    int width = target.format().bits() / Byte.SIZE;
    int elements = (PATTERNS - 1) / stride + 1;
    ByteBuffer floats = buffer(elements * Float.BYTES);
    for (int i = 0; i < elements; i++) {
      int lowHalf = LOW_HALVES[i % LOW_HALVES.length];
      floats.putInt(i * Float.BYTES, (i * stride) << Short.SIZE | lowHalf);
    }
    ByteBuffer codes = buffer(elements * width);
    fast.fromFloat(target, floats, codes, elements);
    for (int i = 0; i < elements; i++) {
      int expected = (int) target.cast(floats.getFloat(i * Float.BYTES));
      int actual = width == 1 ? codes.get(i) & 0xFF : codes.getShort(i * width) & 0xFFFF;
      if (actual != expected) {
        int pattern = floats.getInt(i * Float.BYTES);
        return Optional.of(fault("F32 → " + target, pattern, expected, actual));
      }
    }
    return Optional.empty();
  }

  /** What counting gets wrong first in spans so many times as long as the shortest, or nothing. */
  static Optional<String> counterFault(int times, RunSums sums) {
    for (FloatFormat format :
        new FloatFormat[] {FloatFormat.F16, FloatFormat.F8_E4M3, FloatFormat.F6_E2M3}) {
      CodeCounter fast = new UnrolledCodeCounter(format);
      CodeCounter reference = new ScalarCodeCounter(format);
      ByteBuffer span = span(times);
      fast.add(span);
      reference.add(span);
      if (!agree(fast, reference) || !magnitudesAgree(format, span, false)) {
        return Optional.of("counting of " + format + " differs from the reference");
      }
    }
    return WideSelfTest.fault(sums, times);
  }

  /** What the search for magnitudes by vectors gets wrong first, likewise. */
  static Optional<String> magnitudeFault(int times) {
    ByteBuffer span = span(times);
    for (FloatFormat format :
        new FloatFormat[] {FloatFormat.F32, FloatFormat.F16, FloatFormat.F8_E4M3}) {
      if (!magnitudesAgree(format, span, true)) {
        return Optional.of("the largest of " + format + " differs from the reference");
      }
    }
    return Optional.empty();
  }

  private static ByteBuffer span(int times) {
    ByteBuffer span = buffer(times * SPAN_BYTES);
    for (int i = 0; i < span.capacity(); i++) {
      span.put(i, (byte) (i * i * 31 >> 5));
    }
    return span;
  }

  private static boolean magnitudesAgree(FloatFormat format, ByteBuffer span, boolean vectors) {
    long end = span.capacity() * (long) Byte.SIZE / format.bits();
    return Kernels.magnitudes(format, true, vectors).largest(span, 1, end, 0)
        == Kernels.magnitudes(format, false).largest(span, 1, end, 0);
  }

  private static boolean agree(CodeCounter a, CodeCounter b) {
    return a.elements() == b.elements()
        && a.crc32c() == b.crc32c()
        && a.firstMinIndex() == b.firstMinIndex()
        && a.firstMaxIndex() == b.firstMaxIndex()
        && a.firstNonFiniteIndex() == b.firstNonFiniteIndex()
        && Arrays.equals(a.codes(), b.codes())
        && Arrays.equals(a.counts(a.codes()), b.counts(b.codes()));
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
