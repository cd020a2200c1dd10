package io.ckptaudit.udfs.arrow;

import io.ckptaudit.udfs.kernel.ConversionKernel;
import io.ckptaudit.udfs.kernel.Kernels;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.nio.ByteBuffer;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;

/** The conversion functions of the product: the chosen kernel over the vectors' own buffers. */
public final class KernelConversions implements ConversionFunctions {

  private static final long serialVersionUID = 1L;

  /** Runs a kernel over the elements of two spans. */
  @FunctionalInterface
  private interface Conversion {
    void run(ConversionKernel kernel, ByteBuffer from, ByteBuffer to, int elements);
  }

  @Override
  public void toFloat(FloatFormat source, BaseFixedWidthVector codes, Float4Vector floats) {
    convert(codes, floats, (kernel, from, to, n) -> kernel.toFloat(source, from, to, n));
  }

  @Override
  public void fromFloat(Target target, Float4Vector floats, BaseFixedWidthVector codes) {
    convert(floats, codes, (kernel, from, to, n) -> kernel.fromFloat(target, from, to, n));
  }

  @Override
  public void fromDouble(Target target, Float8Vector doubles, BaseFixedWidthVector codes) {
    convert(doubles, codes, (kernel, from, to, n) -> kernel.fromDouble(target, from, to, n));
  }

  private static void convert(
      BaseFixedWidthVector from, BaseFixedWidthVector to, Conversion conversion) {
    int elements = from.getValueCount();
    to.allocateNew(elements);
    conversion.run(
        Kernels.conversions(),
        CodeVectors.data(from, elements),
        CodeVectors.data(to, elements),
        elements);
    if (elements > 0) {
      to.getValidityBuffer().setBytes(0, from.getValidityBuffer(), 0, (elements + 7) / 8);
    }
    to.setValueCount(elements);
  }
}
