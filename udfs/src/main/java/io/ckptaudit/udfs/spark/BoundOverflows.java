package io.ckptaudit.udfs.spark;

import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * {@code overflows(x, target)}: whether a finite x lies beyond what rounds to the largest finite
 * value of a target, as BOOLEAN.
 *
 * <p>Exact. NaN and ±infinity give false: a report counts them apart. ±0 and subnormals give false.
 * Null gives null. The saturating targets overflow where the others do, though their result is
 * finite. Source: {@link io.ckptaudit.udfs.number.Target#overflows}. Public because the code that
 * Spark generates calls it.
 */
public record BoundOverflows(String name) implements ScalarFunction<Object> {

  @Override
  public DataType[] inputTypes() {
    return new DataType[] {DataTypes.DoubleType, DataTypes.StringType};
  }

  @Override
  public DataType resultType() {
    return DataTypes.BooleanType;
  }

  @Override
  public String canonicalName() {
    return Signatures.canonicalName(this);
  }

  /** The magic method. */
  public Boolean invoke(double value, UTF8String target) {
    return target == null ? null : (Boolean) FormatNames.target(name, target).overflows(value);
  }

  @Override
  public String toString() {
    return name;
  }
}
