package io.ckptaudit.udfs.arrow;

import io.ckptaudit.udfs.number.FloatFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.Float2Vector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.UInt1Vector;
import org.apache.arrow.vector.UInt2Vector;
import org.apache.arrow.vector.types.FloatingPointPrecision;
import org.apache.arrow.vector.types.pojo.ArrowType;
import org.apache.arrow.vector.types.pojo.Field;
import org.apache.arrow.vector.types.pojo.FieldType;

/** Which Arrow vector carries the codes of a format; the field's metadata names the format. */
public final class CodeVectors {

  private CodeVectors() {}

  /** An empty vector for codes of a format of at most 32 bits, none of them packed. */
  public static BaseFixedWidthVector create(FloatFormat format, BufferAllocator allocator) {
    Field field =
        new Field(
            format.name(),
            new FieldType(true, arrowType(format), null, Map.of("dtype", format.name())),
            null);
    return switch (format.bits()) {
      case 32 -> new Float4Vector(field, allocator);
      case 16 ->
          format == FloatFormat.F16
              ? new Float2Vector(field, allocator)
              : new UInt2Vector(field, allocator);
      default -> new UInt1Vector(field, allocator);
    };
  }

  private static ArrowType arrowType(FloatFormat format) {
    return switch (format) {
      case F32 -> new ArrowType.FloatingPoint(FloatingPointPrecision.SINGLE);
      case F16 -> new ArrowType.FloatingPoint(FloatingPointPrecision.HALF);
      case BF16 -> new ArrowType.Int(16, false);
      case F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ, F8_E8M0, F6_E3M2, F6_E2M3, F4 ->
          new ArrowType.Int(8, false);
      case F64 ->
          throw new IllegalArgumentException(
              "Cannot carry codes of F64 in an Arrow vector of codes: they have 64 bits, and at most 32 are carried; use a Float8Vector");
    };
  }

  /** A vector of every code of a format, ascending from 0. */
  static BaseFixedWidthVector all(FloatFormat format, BufferAllocator allocator) {
    BaseFixedWidthVector vector = create(format, allocator);
    int codes = format.codes();
    vector.allocateNew(codes);
    for (int code = 0; code < codes; code++) {
      if (format.bits() == 16) {
        vector.getDataBuffer().setShort(2L * code, code);
      } else {
        vector.getDataBuffer().setByte(code, code);
      }
    }
    setAllValid(vector, codes);
    return vector;
  }

  /** Code i of a vector, unsigned. */
  static int code(BaseFixedWidthVector vector, int i) {
    return vector.getTypeWidth() == 2
        ? vector.getDataBuffer().getShort(2L * i) & 0xFFFF
        : vector.getDataBuffer().getByte(i) & 0xFF;
  }

  /** A little-endian view of the bytes of the first elements of a vector. */
  static ByteBuffer data(BaseFixedWidthVector vector, int elements) {
    int bytes = Math.multiplyExact(elements, vector.getTypeWidth());
    return vector.getDataBuffer().nioBuffer(0, bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static void setAllValid(BaseFixedWidthVector vector, int elements) {
    vector.getValidityBuffer().setOne(0, (elements + 7) / 8);
    vector.setValueCount(elements);
  }
}
