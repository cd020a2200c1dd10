package io.ckptaudit.udfs.spark;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.spark.sql.connector.catalog.functions.ScalarFunction;
import org.apache.spark.sql.connector.catalog.functions.UnboundFunction;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.unsafe.types.UTF8String;

/**
 * A SQL function: the one definition that the catalog and the registration by call share. What each
 * computes is said at the class it binds to.
 *
 * @param name as in SQL, lower case
 * @param parameters their names
 * @param meaning one sentence
 * @param binding chooses the bound function by the input types
 * @param checkFormat refuses a name that the last argument must not have; for functions without
 *     such an argument never called
 */
record SqlFunction(
    String name,
    String parameters,
    String meaning,
    Function<StructType, ScalarFunction<?>> binding,
    Consumer<UTF8String> checkFormat)
    implements UnboundFunction {

  static final List<SqlFunction> ALL =
      List.of(
          toFloat("fp16_to_float", FloatFormat.F16),
          toFloat("bf16_to_float", FloatFormat.BF16),
          fromFloat("float_to_fp16", Target.F16),
          fromFloat("float_to_bf16", Target.BF16),
          ofFormat(
              "ulp",
              "x, format",
              "The distance between neighbouring values of a format at x",
              new BoundUlp("ulp"),
              FormatNames::format),
          ofFormat(
              "round_to",
              "x, target",
              "The value that a cast to a target makes of x, rounded once",
              new BoundRoundTo("round_to"),
              FormatNames::target),
          ofFormat(
              "overflows",
              "x, target",
              "Whether a finite x is too large for a target",
              new BoundOverflows("overflows"),
              FormatNames::target));

  /** Looks a name up and throws if it is unknown. */
  @FunctionalInterface
  private interface NameCheck {
    Object find(String function, UTF8String name);
  }

  private static SqlFunction toFloat(String name, FloatFormat format) {
    return new SqlFunction(
        name,
        "code",
        "The value of a code of " + format + ", or of each code of an array, exact",
        arguments -> new BoundToFloat(name, format, Signatures.codes(name, arguments)),
        ignored -> {});
  }

  private static SqlFunction fromFloat(String name, Target target) {
    return new SqlFunction(
        name,
        "x",
        "The code of the cast of x to " + target + ", or of each x of an array, rounded once",
        arguments -> new BoundFromFloat(name, target, Signatures.floats(name, arguments)),
        ignored -> {});
  }

  private static SqlFunction ofFormat(
      String name, String parameters, String meaning, ScalarFunction<?> bound, NameCheck check) {
    return new SqlFunction(
        name,
        parameters,
        meaning,
        arguments -> {
          Signatures.requireNumberAndName(name, arguments);
          return bound;
        },
        format -> check.find(name, format));
  }

  /** The function of a name, in any case. */
  static Optional<SqlFunction> named(String name) {
    return ALL.stream().filter(function -> function.name.equalsIgnoreCase(name)).findFirst();
  }

  @Override
  public ScalarFunction<?> bind(StructType arguments) {
    return binding.apply(arguments);
  }

  @Override
  public String description() {
    return name + "(" + parameters + "): " + meaning;
  }

  @Override
  public String toString() {
    return name;
  }
}
