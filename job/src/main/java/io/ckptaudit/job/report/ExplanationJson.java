package io.ckptaudit.job.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.ckptaudit.udfs.number.FloatFormat;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * An explanation as JSON. Values are numbers, {@code "NaN"}, {@code "Infinity"} or {@code
 * "-Infinity"}; what is not defined is null; errors are the nearest doubles.
 */
final class ExplanationJson {

  private ExplanationJson() {}

  static ObjectNode of(String given, Explanation.Reading reading) {
    CodeReading code = reading.code();
    FloatFormat format = code.format();
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("given", given);
    node.put("format", format.name());
    node.put("code", code.hex());
    node.put("kind", code.kind());
    node.put("sign", code.sign());
    node.put("exponent", code.exponent());
    node.put("fraction", code.fraction());
    value(node, "value", code.value());
    node.put("exact_value", exact(code.value()));
    node.put("exact_power", code.asPowerOfTwo().orElse(null));
    neighbour(node, "below", code.below());
    neighbour(node, "above", code.above());
    neighbour(node, "spacing", spacing(code));
    reading.stored().ifPresent(stored -> node.set("typed", cast(stored)));
    ArrayNode casts = node.putArray("casts");
    reading.casts().forEach(cast -> casts.add(cast(cast)));
    return node;
  }

  private static ObjectNode cast(CastResult cast) {
    ObjectNode node = JsonNodeFactory.instance.objectNode();
    node.put("target", cast.target());
    boolean coded = cast.code().isPresent();
    node.put("code", coded ? CodeReading.hex(cast.format(), cast.code().getAsLong()) : null);
    neighbour(node, "value", coded ? OptionalDouble.of(cast.value()) : OptionalDouble.empty());
    node.put("result", cast.outcome().name().toLowerCase(Locale.ROOT));
    node.put("error", cast.error().map(error -> finite(error.error())).orElse(null));
    node.put("relative", cast.error().map(error -> finite(error.relative())).orElse(null));
    node.put("ulps", cast.error().map(error -> finite(error.ulps())).orElse(null));
    return node;
  }

  /** The nearest double, and beyond the largest one every digit there is. */
  private static BigDecimal finite(BigDecimal value) {
    double nearest = value.doubleValue();
    return Double.isInfinite(nearest) || nearest == 0 ? value : BigDecimal.valueOf(nearest);
  }

  private static OptionalDouble spacing(CodeReading code) {
    return Double.isFinite(code.value())
        ? OptionalDouble.of(code.format().spacing(code.value()))
        : OptionalDouble.empty();
  }

  private static String exact(double value) {
    return Double.isFinite(value) && value != 0
        ? Decimals.scientific(new BigDecimal(value))
        : Decimals.special(value);
  }

  private static void neighbour(ObjectNode node, String name, OptionalDouble value) {
    if (value.isPresent()) {
      value(node, name, value.getAsDouble());
    } else {
      node.putNull(name);
    }
  }

  static void value(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.put(name, Double.toString(value));
    }
  }
}
