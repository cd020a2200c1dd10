package io.ckptaudit.udfs.spark;

import io.ckptaudit.udfs.number.Target;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * {@code float_to_fp16} or {@code float_to_bf16} of one input type: the 16-bit code of the cast of
 * a FLOAT or DOUBLE, or of each element of an array, as SMALLINT: the bit pattern read as a signed
 * number.
 *
 * <p>Exact: rounded once, to nearest, ties to even; a DOUBLE never goes through FLOAT. NaN gives
 * the canonical quiet NaN; infinities and −0 stay what they are; subnormals are never flushed. Null
 * gives null, a null element stays null, the empty array gives the empty one. Overflow gives the
 * infinity of its sign and is no error, in ANSI mode either: ask {@code overflows}. Source: {@link
 * Target#cast}; arrays go through {@link io.ckptaudit.udfs.arrow.ConversionFunctions#fromFloat} and
 * {@code fromDouble}. Public because the code that Spark generates calls it.
 */
public record BoundFromFloat(String name, Target target, DataType input)
    implements ScalarFunction<Object> {

  @Override
  public DataType[] inputTypes() {
    return new DataType[] {input};
  }

  @Override
  public DataType resultType() {
    return input instanceof ArrayType array
        ? DataTypes.createArrayType(DataTypes.ShortType, array.containsNull())
        : DataTypes.ShortType;
  }

  @Override
  public String canonicalName() {
    return Signatures.canonicalName(this);
  }

  /** The magic method for FLOAT. */
  public short invoke(float value) {
    return (short) target.cast(value);
  }

  /** The magic method for DOUBLE. */
  public short invoke(double value) {
    return (short) target.cast(value);
  }

  /** The magic method for both kinds of array. */
  public ArrayData invoke(ArrayData values) {
    if (values == null) {
      return null;
    }
    boolean nulls = SparkArrays.hasNulls(values);
    short[] codes =
        ((ArrayType) input).elementType().equals(DataTypes.FloatType)
            ? SparkArrays.CONVERSIONS.fromFloat(target, SparkArrays.floats(values, nulls))
            : SparkArrays.CONVERSIONS.fromDouble(target, SparkArrays.doubles(values, nulls));
    return SparkArrays.of(codes, values, nulls);
  }

  @Override
  public String toString() {
    return name;
  }
}
