package io.ckptaudit.job.report;

import io.ckptaudit.udfs.number.Binade;
import io.ckptaudit.udfs.number.FloatFormat;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** An explanation as lines of at most 80 columns. */
final class ExplanationText {

  private static final int EXACT_WIDTH = 65;
  private static final int VALUE_WIDTH = 15;
  private static final String ROW = "%-11s  %-10s  %-15s  %-9s  %-9s  %-8s  %s";

  private ExplanationText() {}

  static String full(String given, Explanation.Reading reading) {
    return reading(given, reading) + "\n" + casts(reading.casts());
  }

  static String ambiguous(String given, List<Explanation.Reading> readings) {
    String blocks =
        readings.stream().map(reading -> reading(given, reading)).collect(Collectors.joining("\n"));
    String example = readings.get(0).code().format().name();
    return blocks + "\nAdd --as " + example + " to see what each format makes of it.\n";
  }

  private static String reading(String given, Explanation.Reading reading) {
    CodeReading code = reading.code();
    FloatFormat format = code.format();
    StringBuilder text = new StringBuilder();
    text.append(ExactNumber.abridged(given)).append(" as ").append(format).append('\n');
    line(text, "code", code.hex() + "  " + code.kind());
    if (format.isSigned()) {
      line(text, "sign", code.sign());
    }
    line(text, "exponent", code.exponent() + exponentMeaning(code));
    if (format.fractionBits() > 0) {
      line(text, "fraction", code.fraction());
    }
    line(text, "value", exact(code.value()));
    code.asPowerOfTwo().ifPresent(power -> line(text, "", "= " + power));
    reading
        .stored()
        .filter(stored -> Double.isFinite(stored.value()) || isOverflow(stored))
        .ifPresent(stored -> line(text, "typed", stored(stored)));
    if (!Double.isNaN(code.value())) {
      line(text, "below", neighbour(code.below()));
      line(text, "above", neighbour(code.above()));
    }
    if (Double.isFinite(code.value())) {
      line(text, "spacing", spacing(format.spacing(code.value())));
    }
    return text.toString();
  }

  private static void line(StringBuilder text, String label, String content) {
    text.append(String.format(Locale.ROOT, "  %-8s  %s", label, content).stripTrailing());
    text.append('\n');
  }

  private static String exponentMeaning(CodeReading code) {
    FloatFormat format = code.format();
    long field = format.exponentField(code.code());
    return switch (code.kind()) {
      case "normal" -> "  " + field + " - " + format.bias() + " = " + (field - format.bias());
      case "subnormal" -> "  0, a subnormal: read as 2^" + format.minExponent();
      default -> "";
    };
  }

  /** How the number that was typed came into the format. */
  private static String stored(CastResult stored) {
    if (stored.error().filter(error -> error.error().signum() == 0).isPresent()) {
      return "exactly this";
    }
    return "not exactly this: "
        + stored.outcome().word()
        + stored
            .error()
            .map(
                error ->
                    ", error "
                        + Decimals.brief(error.error(), 4, 12)
                        + ", "
                        + Decimals.brief(error.ulps(), 4, 12)
                        + " ulp")
            .orElse("");
  }

  private static boolean isOverflow(CastResult stored) {
    return stored.outcome() == CastResult.Outcome.OVERFLOW;
  }

  private static String exact(double value) {
    return Double.isFinite(value) && value != 0
        ? Decimals.exact(new BigDecimal(value), EXACT_WIDTH)
        : Decimals.special(value);
  }

  private static String neighbour(OptionalDouble value) {
    return value.isPresent() ? exact(value.getAsDouble()) : "none";
  }

  private static String spacing(double spacing) {
    String power = "2^" + Binade.of(spacing);
    String exact = Decimals.exact(new BigDecimal(spacing), EXACT_WIDTH - power.length() - 3);
    return power + (exact.startsWith("~") ? " " : " = ") + exact;
  }

  private static String casts(List<CastResult> casts) {
    StringBuilder text = new StringBuilder();
    row(text, "cast to", "code", "value", "result", "error", "relative", "ulps");
    for (CastResult cast : casts) {
      row(
          text,
          cast.target(),
          cast.code().isPresent() ? CodeReading.hex(cast.format(), cast.code().getAsLong()) : "-",
          cast.code().isPresent() ? Decimals.brief(cast.value(), 9, VALUE_WIDTH) : "-",
          cast.outcome().word(),
          cast.error().map(error -> Decimals.brief(error.error(), 3, 9)).orElse("-"),
          cast.error().map(error -> Decimals.brief(error.relative(), 3, 8)).orElse("-"),
          cast.error().map(error -> Decimals.brief(error.ulps(), 3, 6)).orElse("-"));
    }
    return text.toString();
  }

  private static void row(StringBuilder text, Object... cells) {
    text.append(String.format(Locale.ROOT, ROW, cells).stripTrailing()).append('\n');
  }
}
