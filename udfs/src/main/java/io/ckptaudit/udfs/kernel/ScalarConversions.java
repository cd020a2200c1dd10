package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.nio.ByteBuffer;

/** The reference: {@link FloatFormat#decode} and {@link Target#cast}, one element at a time. */
final class ScalarConversions implements ConversionKernel {

  @Override
  public void toFloat(FloatFormat source, ByteBuffer codes, ByteBuffer floats, int elements) {
    int width = Spans.narrowWidth(source);
    ByteBuffer from = Spans.view(codes, elements, width);
    ByteBuffer to = Spans.view(floats, elements, Float.BYTES);
    for (int i = 0; i < elements; i++) {
      int bits = width == 1 ? from.get(i) : from.getShort(i * Short.BYTES);
      int code = bits & source.codes() - 1;
      // floatToIntBits, not the raw form: every NaN is 0x7FC00000.
      to.putInt(i * Float.BYTES, Float.floatToIntBits((float) source.decode(code)));
    }
  }

  @Override
  public void fromFloat(Target target, ByteBuffer floats, ByteBuffer codes, int elements) {
    int width = Spans.narrowWidth(target);
    ByteBuffer from = Spans.view(floats, elements, Float.BYTES);
    ByteBuffer to = Spans.view(codes, elements, width);
    for (int i = 0; i < elements; i++) {
      put(to, i, width, target.cast(from.getFloat(i * Float.BYTES)));
    }
  }

  @Override
  public void fromDouble(Target target, ByteBuffer doubles, ByteBuffer codes, int elements) {
    int width = target.format().bits() / Byte.SIZE;
    ByteBuffer from = Spans.view(doubles, elements, Double.BYTES);
    ByteBuffer to = Spans.view(codes, elements, width);
    for (int i = 0; i < elements; i++) {
      put(to, i, width, target.cast(from.getDouble(i * Double.BYTES)));
    }
  }

  private static void put(ByteBuffer to, int index, int width, long code) {
    switch (width) {
      case Byte.BYTES -> to.put(index, (byte) code);
      case Short.BYTES -> to.putShort(index * Short.BYTES, (short) code);
      default -> to.putInt(index * Integer.BYTES, (int) code);
    }
  }
}
