package io.ckptaudit.udfs.spark;

import io.ckptaudit.udfs.number.FloatFormat;
import org.apache.spark.sql.catalyst.util.ArrayData;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;

/**
 * {@code fp16_to_float} or {@code bf16_to_float} of one input type: the value of a 16-bit code, or
 * of each code of an array, as FLOAT.
 *
 * <p>Exact: FLOAT holds every value of both formats. Every NaN code gives the canonical NaN;
 * infinities, −0 and subnormals stay what they are. Null gives null, a null element stays null, the
 * empty array gives the empty one. Nothing overflows. Source: {@link FloatFormat#decode}; arrays go
 * through {@link io.ckptaudit.udfs.arrow.ConversionFunctions#toFloat}.
 *
 * <p>A code is a SMALLINT, which is the bit pattern read as a signed number, or an INT from −32768
 * to 65535, of which the low 16 bits are the pattern; other INTs are an error. Public because the
 * code that Spark generates calls it.
 */
public record BoundToFloat(String name, FloatFormat format, DataType input)
    implements ScalarFunction<Object> {

  private static final int LOWEST = Short.MIN_VALUE;
  private static final int HIGHEST = 0xFFFF;

  @Override
  public DataType[] inputTypes() {
    return new DataType[] {input};
  }

  @Override
  public DataType resultType() {
    return input instanceof ArrayType array
        ? DataTypes.createArrayType(DataTypes.FloatType, array.containsNull())
        : DataTypes.FloatType;
  }

  @Override
  public String canonicalName() {
    return Signatures.canonicalName(this);
  }

  /** The magic method for SMALLINT. */
  public float invoke(short code) {
    return (float) format.decode(code & 0xFFFFL);
  }

  /** The magic method for INT. */
  public float invoke(int code) {
    return invoke(narrow(code));
  }

  /** The magic method for both kinds of array. */
  public ArrayData invoke(ArrayData codes) {
    if (codes == null) {
      return null;
    }
    boolean nulls = SparkArrays.hasNulls(codes);
    short[] narrow =
        ((ArrayType) input).elementType().equals(DataTypes.ShortType)
            ? SparkArrays.shorts(codes, nulls)
            : narrow(SparkArrays.ints(codes, nulls));
    float[] values = SparkArrays.CONVERSIONS.toFloat(format, narrow);
    return SparkArrays.of(values, codes, nulls);
  }

  private short[] narrow(int[] codes) {
    short[] narrow = new short[codes.length];
    for (int i = 0; i < codes.length; i++) {
      narrow[i] = narrow(codes[i]);
    }
    return narrow;
  }

  private short narrow(int code) {
    if (code < LOWEST || code > HIGHEST) {
      throw new IllegalArgumentException(
          "Invalid code "
              + code
              + " in "
              + name
              + ": a code of "
              + format
              + " has 16 bits; pass SMALLINT, or INT from -32768 to 65535");
    }
    return (short) code;
  }

  @Override
  public String toString() {
    return name;
  }
}
