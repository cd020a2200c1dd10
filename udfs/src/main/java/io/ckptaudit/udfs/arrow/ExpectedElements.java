package io.ckptaudit.udfs.arrow;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;

/**
 * Makes, a block at a time, what elements are expected to have become: through the conversion
 * functions, and through a table that was made by them. Holds the vectors of one block.
 */
final class ExpectedElements implements AutoCloseable {

  /** Elements of a block: at most 24 bytes of each, so that a block stays in the cache. */
  static final int BLOCK = 1 << 14;

  private final ElementCast cast;
  private final ConversionFunctions functions;
  private final BufferAllocator allocator;
  private final BaseFixedWidthVector source;
  private final BaseFixedWidthVector results;
  private final ArrowBuf looked;
  private final int[] narrow;
  private final double[] magnitudes;

  ExpectedElements(ElementCast cast, ConversionFunctions functions) {
    this.cast = cast;
    this.functions = functions;
    this.allocator = ArrowMemory.child("expected elements");
    this.looked = allocator.buffer((long) BLOCK * Long.BYTES);
    this.narrow = cast.codes() == null || cast.to().bits() > Integer.SIZE ? null : ints();
    if (cast.first() == null) {
      source = null;
      results = null;
      magnitudes = null;
    } else {
      FloatFormat format = cast.first().target().format();
      source =
          cast.from() == DType.F64 || cast.first().scale() != 0
              ? new Float8Vector("elements", allocator)
              : new Float4Vector("elements", allocator);
      source.allocateNew(BLOCK);
      results = CodeVectors.create(format, allocator);
      magnitudes = cast.first().towardZero() ? magnitudes(format) : null;
    }
  }

  private static double[] magnitudes(FloatFormat format) {
    double[] magnitudes = new double[format.codes()];
    for (int code = 0; code < magnitudes.length; code++) {
      magnitudes[code] = Math.abs(format.decode(code));
    }
    return magnitudes;
  }

  private int[] ints() {
    int[] ints = new int[cast.codes().length];
    for (int i = 0; i < ints.length; i++) {
      ints[i] = (int) cast.codes()[i];
    }
    return ints;
  }

  /** Little-endian codes of what is expected; valid until the next call. */
  ByteBuffer of(ByteBuffer elements, int count) {
    if (cast.isUnchanged()) {
      return elements;
    }
    if (cast.first() == null) {
      return cast.codes() == null
          ? widened(elements, count)
          : lookedUp(elements, count, cast.from().bits());
    }
    ByteBuffer codes = cast(elements, count);
    return cast.codes() == null ? codes : lookedUp(codes, count, codeBits());
  }

  private int codeBits() {
    return Math.max(Byte.SIZE, cast.first().target().format().bits());
  }

  private ByteBuffer cast(ByteBuffer elements, int count) {
    load(elements, count);
    CodeVectors.setAllValid(source, count);
    if (source instanceof Float8Vector doubles) {
      functions.fromDouble(cast.first().target(), doubles, results);
    } else {
      functions.fromFloat(cast.first().target(), (Float4Vector) source, results);
    }
    ByteBuffer codes = CodeVectors.data(results, count);
    if (cast.first().towardZero()) {
      truncate(codes, elements, count);
    }
    return codes;
  }

  private void load(ByteBuffer elements, int count) {
    ByteBuffer into = CodeVectors.data(source, count);
    if (cast.first().scale() == 0) {
      into.put(0, elements, elements.position(), into.remaining());
      return;
    }
    for (int i = 0; i < count; i++) {
      into.putDouble(i * Double.BYTES, Math.scalb(value(elements, i), cast.first().scale()));
    }
  }

  private double value(ByteBuffer elements, int i) {
    int at = elements.position();
    return cast.from() == DType.F64
        ? elements.getDouble(at + i * Double.BYTES)
        : elements.getFloat(at + i * Float.BYTES);
  }

  /** Of codes rounded to nearest, those that are too large become the ones next to them. */
  private void truncate(ByteBuffer codes, ByteBuffer elements, int count) {
    FloatFormat format = cast.first().target().format();
    int bits = codeBits();
    for (int i = 0; i < count; i++) {
      double value = value(elements, i);
      if (Double.isFinite(value)) {
        int code = (int) Codes.at(codes, i, bits);
        if (!format.isFinite(code)) {
          Codes.put(codes, i, bits, format.roundSaturating(value));
        } else if (magnitudes[code] > Math.abs(value)) {
          // One code less is the next smaller magnitude, since the sign is the highest bit.
          Codes.put(codes, i, bits, code - 1);
        }
      }
    }
  }

  /** F32 as F64, which holds it exactly. */
  private ByteBuffer widened(ByteBuffer floats, int count) {
    ByteBuffer out = room(count * Double.BYTES);
    int at = floats.position();
    for (int i = 0; i < count; i++) {
      out.putDouble(i * Double.BYTES, floats.getFloat(at + i * Float.BYTES));
    }
    return out;
  }

  private ByteBuffer room(int bytes) {
    return looked.nioBuffer(0, bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private ByteBuffer lookedUp(ByteBuffer codes, int count, int bits) {
    ByteBuffer out = room(count * cast.to().bits() / Byte.SIZE);
    if (bits == Short.SIZE && cast.to().bits() == Short.SIZE) {
      shorts(codes, count, out);
    } else if (bits == Short.SIZE && cast.to().bits() == Integer.SIZE) {
      shortsToInts(codes, count, out);
    } else {
      for (int i = 0; i < count; i++) {
        long code = cast.codes()[(int) Codes.at(codes, i, bits)];
        Codes.put(out, i, cast.to().bits(), code);
      }
    }
    return out;
  }

  private void shorts(ByteBuffer codes, int count, ByteBuffer out) {
    int at = codes.position();
    for (int i = 0; i < count; i++) {
      int code = codes.getShort(at + 2 * i) & 0xFFFF;
      out.putShort(2 * i, (short) narrow[code]);
    }
  }

  private void shortsToInts(ByteBuffer codes, int count, ByteBuffer out) {
    int at = codes.position();
    for (int i = 0; i < count; i++) {
      out.putInt(4 * i, narrow[codes.getShort(at + 2 * i) & 0xFFFF]);
    }
  }

  @Override
  public void close() {
    if (source != null) {
      source.close();
      results.close();
    }
    looked.close();
    allocator.close();
  }
}
