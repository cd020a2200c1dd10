package io.ckptaudit.udfs.spark;

import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * {@code ulp(x, format)}: the distance between neighbouring values of a format in the binade of
 * |x|, in the unit of x, as DOUBLE. The format is any of {@link
 * io.ckptaudit.udfs.number.FloatFormat}, or the target of a cast, whose format is meant.
 *
 * <p>Exact: a power of two. NaN gives the canonical NaN, ±infinity gives infinity; ±0 and whatever
 * lies below the smallest normal give the spacing of the subnormals; beyond the largest finite
 * value the spacing goes on as if the exponents did. Null gives null. Nothing overflows. Source:
 * {@link io.ckptaudit.udfs.number.FloatFormat#spacing}. Public because the code that Spark
 * generates calls it.
 */
public record BoundUlp(String name) implements ScalarFunction<Object> {

  @Override
  public DataType[] inputTypes() {
    return new DataType[] {DataTypes.DoubleType, DataTypes.StringType};
  }

  @Override
  public DataType resultType() {
    return DataTypes.DoubleType;
  }

  @Override
  public String canonicalName() {
    return Signatures.canonicalName(this);
  }

  /** The magic method. */
  public Double invoke(double value, UTF8String format) {
    if (format == null) {
      return null;
    }
    double spacing = FormatNames.format(name, format).spacing(value);
    return Double.isNaN(spacing) ? Double.NaN : spacing;
  }

  @Override
  public String toString() {
    return name;
  }
}
