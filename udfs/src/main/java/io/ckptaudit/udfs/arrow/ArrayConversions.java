package io.ckptaudit.udfs.arrow;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.nio.ByteBuffer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;

/**
 * The vectorized conversions over Java arrays, for callers that know nothing of Arrow: each block
 * of an array is put into a vector, converted by {@link ConversionFunctions}, and taken out again.
 *
 * <p>A call holds the vectors of one block, whatever the length of the array, and nothing once it
 * returns. Results are those of the functions: element i of the result follows from element i of
 * the argument alone.
 */
public final class ArrayConversions {

  /** Elements converted in one go: at most 12 bytes of each, so that a block stays in the cache. */
  static final int BLOCK = 1 << 15;

  private final ConversionFunctions functions;

  public ArrayConversions(ConversionFunctions functions) {
    this.functions = functions;
  }

  /** The values of 16-bit codes, exact. */
  public float[] toFloat(FloatFormat source, short[] codes) {
    requireCodesOf16Bits(source);
    float[] values = new float[codes.length];
    try (BufferAllocator allocator = ArrowMemory.child("array to float");
        BaseFixedWidthVector from = CodeVectors.create(source, allocator);
        Float4Vector to = new Float4Vector("values", allocator)) {
      for (int start = 0; start < codes.length; start += BLOCK) {
        int elements = Math.min(BLOCK, codes.length - start);
        fill(from, elements).asShortBuffer().put(codes, start, elements);
        functions.toFloat(source, from, to);
        CodeVectors.data(to, elements).asFloatBuffer().get(values, start, elements);
      }
    }
    return values;
  }

  /** The 16-bit codes of casts from F32, rounded once. */
  public short[] fromFloat(Target target, float[] values) {
    requireCodesOf16Bits(target.format());
    short[] codes = new short[values.length];
    try (BufferAllocator allocator = ArrowMemory.child("array from float");
        Float4Vector from = new Float4Vector("values", allocator);
        BaseFixedWidthVector to = CodeVectors.create(target.format(), allocator)) {
      for (int start = 0; start < values.length; start += BLOCK) {
        int elements = Math.min(BLOCK, values.length - start);
        fill(from, elements).asFloatBuffer().put(values, start, elements);
        functions.fromFloat(target, from, to);
        CodeVectors.data(to, elements).asShortBuffer().get(codes, start, elements);
      }
    }
    return codes;
  }

  /** The 16-bit codes of casts from F64, rounded once. */
  public short[] fromDouble(Target target, double[] values) {
    requireCodesOf16Bits(target.format());
    short[] codes = new short[values.length];
    try (BufferAllocator allocator = ArrowMemory.child("array from double");
        Float8Vector from = new Float8Vector("values", allocator);
        BaseFixedWidthVector to = CodeVectors.create(target.format(), allocator)) {
      for (int start = 0; start < values.length; start += BLOCK) {
        int elements = Math.min(BLOCK, values.length - start);
        fill(from, elements).asDoubleBuffer().put(values, start, elements);
        functions.fromDouble(target, from, to);
        CodeVectors.data(to, elements).asShortBuffer().get(codes, start, elements);
      }
    }
    return codes;
  }

  private static void requireCodesOf16Bits(FloatFormat format) {
    if (format.bits() != Short.SIZE) {
      throw new IllegalArgumentException(
          "Cannot hold codes of "
              + format
              + " in an array of shorts: they have "
              + format.bits()
              + " bits; use F16 or BF16");
    }
  }

  /** Makes room for elements that are not null, and gives the bytes to write them to. */
  private static ByteBuffer fill(BaseFixedWidthVector vector, int elements) {
    if (vector.getValueCount() != elements) {
      vector.allocateNew(elements);
      CodeVectors.setAllValid(vector, elements);
    }
    return CodeVectors.data(vector, elements);
  }
}
