package io.ckptaudit.udfs.spark;

import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.Literal;
import org.apache.spark.sql.catalyst.expressions.V2ExpressionUtils;
import org.apache.spark.sql.classic.SparkSession;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.errors.QueryCompilationErrors;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;
import scala.runtime.AbstractFunction1;

/**
 * A function as an entry of a session's function registry. It makes of a call what Spark's analyzer
 * makes of a call through a catalog, and besides refuses an unknown format at analysis if it is
 * written as a literal. The only class that meets Scala types and catalyst's internals.
 */
final class RegistryEntry extends AbstractFunction1<Seq<Expression>, Expression> {

  private final SqlFunction function;

  RegistryEntry(SqlFunction function) {
    this.function = function;
  }

  void addTo(SparkSession session) {
    session
        .sessionState()
        .functionRegistry()
        .createOrReplaceTempFunction(function.name(), this, "java_udf");
  }

  @Override
  public Expression apply(Seq<Expression> arguments) {
    List<Expression> list = new ArrayList<>(CollectionConverters.asJava(arguments));
    ScalarFunction<?> bound = bind(list, arguments);
    for (Expression argument : list) {
      if (argument instanceof Literal literal && literal.value() instanceof UTF8String format) {
        function.checkFormat().accept(format);
      }
    }
    return V2ExpressionUtils.resolveScalarFunction(bound, arguments);
  }

  private ScalarFunction<?> bind(List<Expression> list, Seq<Expression> arguments) {
    StructType types = new StructType();
    for (Expression argument : list) {
      types = types.add("_" + types.length(), argument.dataType(), argument.nullable());
    }
    try {
      return function.bind(types);
    } catch (UnsupportedOperationException e) {
      throw unchecked(
          QueryCompilationErrors.functionCannotProcessInputError(function, arguments, e));
    }
  }

  /** Throws what Scala does not have to declare: the analysis exceptions are checked. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> RuntimeException unchecked(Throwable exception) throws E {
    throw (E) exception;
  }
}
