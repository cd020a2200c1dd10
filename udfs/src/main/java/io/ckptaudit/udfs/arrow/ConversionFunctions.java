package io.ckptaudit.udfs.arrow;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.io.Serializable;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;

/**
 * The vectorized conversions over Arrow vectors: every figure of a report, {@code compare} and the
 * SQL functions go through an instance of this.
 *
 * <p>Codes travel in a Float2Vector (F16), a UInt2Vector (BF16, for which Arrow has no type) or a
 * UInt1Vector (8 bits or fewer, one a byte); see {@link CodeVectors}. The output is allocated by
 * the callee for as many elements as the input; nulls stay null. Rounding, NaN and overflow are
 * those of {@link FloatFormat#round} and {@link Target#cast}.
 */
public interface ConversionFunctions extends Serializable {

  /** The values of codes of at most 16 bits, exact. */
  void toFloat(FloatFormat source, BaseFixedWidthVector codes, Float4Vector floats);

  /** The codes of casts from F32 to a target of 16 or 8 bits, rounded once. */
  void fromFloat(Target target, Float4Vector floats, BaseFixedWidthVector codes);

  /** The codes of casts from F64 to any target, rounded once. */
  void fromDouble(Target target, Float8Vector doubles, BaseFixedWidthVector codes);
}
