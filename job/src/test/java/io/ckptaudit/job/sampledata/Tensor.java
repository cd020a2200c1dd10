package io.ckptaudit.job.sampledata;

import io.ckptaudit.udfs.number.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * A tensor of 16-bit codes in row-major order.
 *
 * @param codes never changed once here
 */
record Tensor(String name, DType dtype, List<Integer> shape, short[] codes) {

  /** A value for each index. */
  interface Values {
    double at(int index);
  }

  /** A value in place of the one there is. */
  interface Change {
    double of(int index, double value);
  }

  /** A tensor whose values are rounded once to its dtype. */
  static Tensor of(String name, DType dtype, List<Integer> shape, Values values) {
    int elements = shape.stream().reduce(1, Math::multiplyExact);
    short[] codes = new short[elements];
    for (int i = 0; i < elements; i++) {
      codes[i] = (short) dtype.format().round(values.at(i));
    }
    return new Tensor(name, dtype, shape, codes);
  }

  /** The same values, each rounded once to another dtype: what a converter does. */
  Tensor castTo(DType other) {
    return of(name, other, shape, this::value);
  }

  Tensor changed(Change change) {
    return of(name, dtype, shape, i -> change.of(i, value(i)));
  }

  /** The values as a safetensors file holds them. */
  byte[] bytes() {
    ByteBuffer bytes = ByteBuffer.allocate(size()).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asShortBuffer().put(codes);
    return bytes.array();
  }

  /** Length of {@link #bytes}. */
  int size() {
    return codes.length * Short.BYTES;
  }

  private double value(int index) {
    return dtype.format().decode(Short.toUnsignedLong(codes[index]));
  }
}
