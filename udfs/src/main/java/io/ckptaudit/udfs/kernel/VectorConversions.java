package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.Map;

/**
 * The fast twin, on the Vector API. Only those of its methods are used that are the same from Java
 * 17 to 25; the ones on buffers are not, so spans go through small arrays on the heap, a piece at a
 * time. The arrays end on whole vectors with room to spare: what is computed in lanes beyond the
 * last element is never copied out.
 */
final class VectorConversions implements ConversionKernel {

  /** Elements of a piece: its arrays, 4 + 4 bytes an element, fit in the first-level cache. */
  private static final int PIECE = 2048;

  /** The longest vector of bytes, in lanes. */
  private static final int SPARE = 64;

  private final ScalarConversions reference = new ScalarConversions();
  private final Map<Target, FloatNarrowing> narrowings = new EnumMap<>(Target.class);

  VectorConversions() {
    for (Target target : Target.values()) {
      if (target.format().exponentBits() < FloatFormat.F32.exponentBits()) {
        narrowings.put(target, FloatNarrowing.to(target));
      }
    }
  }

  @Override
  public void toFloat(FloatFormat source, ByteBuffer codes, ByteBuffer floats, int elements) {
    int width = Spans.narrowWidth(source);
    ByteBuffer from = Spans.view(codes, elements, width);
    ByteBuffer to = Spans.view(floats, elements, Float.BYTES);
    if (width == Byte.BYTES) {
      lookUp(FloatWidening.table(source), from, to, elements);
    } else {
      widen(source, from, to, elements);
    }
  }

  private static void lookUp(int[] table, ByteBuffer from, ByteBuffer to, int elements) {
    int piece = Math.min(PIECE, elements);
    byte[] codes = new byte[piece];
    int[] floats = new int[piece];
    for (int start = 0; start < elements; start += PIECE) {
      int length = Math.min(PIECE, elements - start);
      from.get(start, codes, 0, length);
      for (int i = 0; i < length; i++) {
        floats[i] = table[codes[i] & 0xFF];
      }
      to.asIntBuffer().put(start, floats, 0, length);
    }
  }

  private static void widen(FloatFormat source, ByteBuffer from, ByteBuffer to, int elements) {
    int piece = Math.min(PIECE, elements);
    short[] codes = new short[piece + SPARE];
    int[] ints = new int[piece + SPARE];
    for (int start = 0; start < elements; start += PIECE) {
      int length = Math.min(PIECE, elements - start);
      from.asShortBuffer().get(start, codes, 0, length);
      LaneWidths.widen(codes, length, ints);
      if (source == FloatFormat.BF16) {
        FloatWidening.fromBf16(ints, ints, length);
      } else {
        FloatWidening.fromF16(ints, ints, length);
      }
      to.asIntBuffer().put(start, ints, 0, length);
    }
  }

  @Override
  public void fromFloat(Target target, ByteBuffer floats, ByteBuffer codes, int elements) {
    int width = Spans.narrowWidth(target);
    ByteBuffer from = Spans.view(floats, elements, Float.BYTES);
    ByteBuffer to = Spans.view(codes, elements, width);
    if (width == Byte.BYTES) {
      narrowToBytes(narrowings.get(target), from, to, elements);
    } else {
      narrowToShorts(target, from, to, elements);
    }
  }

  private static void narrowToBytes(
      FloatNarrowing narrowing, ByteBuffer from, ByteBuffer to, int elements) {
    int piece = Math.min(PIECE, elements);
    int[] ints = new int[piece + SPARE];
    short[] shorts = new short[piece + SPARE];
    byte[] codes = new byte[piece + SPARE];
    for (int start = 0; start < elements; start += PIECE) {
      int length = Math.min(PIECE, elements - start);
      from.asIntBuffer().get(start, ints, 0, length);
      narrowing.round(ints, shorts, length);
      LaneWidths.narrow(shorts, length, codes);
      to.put(start, codes, 0, length);
    }
  }

  private void narrowToShorts(Target target, ByteBuffer from, ByteBuffer to, int elements) {
    int piece = Math.min(PIECE, elements);
    int[] ints = new int[piece + SPARE];
    short[] codes = new short[piece + SPARE];
    for (int start = 0; start < elements; start += PIECE) {
      int length = Math.min(PIECE, elements - start);
      from.asIntBuffer().get(start, ints, 0, length);
      if (target == Target.BF16) {
        FloatNarrowing.roundToBf16(ints, codes, length);
      } else {
        narrowings.get(target).round(ints, codes, length);
      }
      to.asShortBuffer().put(start, codes, 0, length);
    }
  }

  /** The reference itself: 64-bit tensors are rare and have no speed goal. */
  @Override
  public void fromDouble(Target target, ByteBuffer doubles, ByteBuffer codes, int elements) {
    reference.fromDouble(target, doubles, codes, elements);
  }
}
