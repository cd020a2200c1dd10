package io.ckptaudit.udfs.spark;

import io.ckptaudit.udfs.number.Target;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * {@code round_to(x, target)}: the value of the cast of x to a {@link Target}, as DOUBLE.
 *
 * <p>Exact: rounded once, to nearest, ties to even, straight from the DOUBLE; DOUBLE holds every
 * value of every target. NaN gives NaN; −0 keeps its sign; subnormals of the target are kept; an
 * infinity stays one where the target has one, else gives NaN, and the largest finite value in a
 * saturating target. Null gives null. Overflow gives infinity, NaN or the largest finite value as
 * the target does, and is no error, in ANSI mode either. Source: {@link Target#cast}. Public
 * because the code that Spark generates calls it.
 */
public record BoundRoundTo(String name) implements ScalarFunction<Object> {

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
  public Double invoke(double value, UTF8String target) {
    if (target == null) {
      return null;
    }
    Target to = FormatNames.target(name, target);
    return to.format().decode(to.cast(value));
  }

  @Override
  public String toString() {
    return name;
  }
}
