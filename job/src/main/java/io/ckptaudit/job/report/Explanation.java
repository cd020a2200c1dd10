package io.ckptaudit.job.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.ckptaudit.udfs.number.FloatFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One number or code taken apart: its fields, exact value and neighbours in a format, and what each
 * format makes of it.
 *
 * <p>A number without a format is read as F64 and cast as it was typed, exactly and once; with a
 * format it is stored in that format first, and what is stored is cast. A code without a format is
 * read in every format of its width. NaN, ±infinity, −0 and subnormals are explained like others.
 */
public final class Explanation {

  private final String given;
  private final List<Reading> readings;

  /**
   * One way to read what was given: how a number came into the format (empty for a code), the code
   * there, and the casts.
   */
  record Reading(Optional<CastResult> stored, CodeReading code, List<CastResult> casts) {}

  private Explanation(String given, List<Reading> readings) {
    this.given = given;
    this.readings = readings;
  }

  /**
   * Explains a number ({@code 0.1}, {@code 2^-24}, {@code -inf}) or a code ({@code 0x3C00}, {@code
   * 0b0011}).
   *
   * @param format the name of the format to read it in, in any case
   * @throws IllegalArgumentException saying what can be read instead
   */
  public static Explanation of(String given, Optional<String> format) {
    Optional<FloatFormat> as = format.map(Explanation::formatNamed);
    Optional<GivenCode> code = GivenCode.parse(given);
    if (code.isPresent()) {
      List<Reading> readings = new ArrayList<>();
      for (FloatFormat candidate : code.get().formats(as)) {
        readings.add(readCode(new CodeReading(candidate, code.get().in(candidate))));
      }
      return new Explanation(given, List.copyOf(readings));
    }
    return new Explanation(given, List.of(readNumber(given, ExactNumber.parse(given), as)));
  }

  private static Reading readCode(CodeReading code) {
    ExactNumber value = ExactNumber.of(code.value());
    return new Reading(Optional.empty(), code, CastResult.ofEveryFormat(value));
  }

  private static Reading readNumber(String given, ExactNumber number, Optional<FloatFormat> as) {
    FloatFormat format = as.orElse(FloatFormat.F64);
    if (!format.isSigned()) {
      throw new IllegalArgumentException(
          "Cannot explain VALUE '"
              + ExactNumber.abridged(given)
              + "' as "
              + format
              + ": its values are block scales and no number is rounded to them alone; give a code"
              + " as 0x7F");
    }
    CastResult stored = CastResult.of(format, number);
    if (stored.code().isEmpty()) {
      throw new IllegalArgumentException(
          "Cannot explain VALUE '"
              + ExactNumber.abridged(given)
              + "' as "
              + format
              + ": the format has no NaN; give a number, or name a format with NaN by --as");
    }
    CodeReading code = new CodeReading(format, stored.code().getAsLong());
    ExactNumber cast = as.isPresent() ? ExactNumber.of(code.value()) : number;
    return new Reading(Optional.of(stored), code, CastResult.ofEveryFormat(cast));
  }

  private static FloatFormat formatNamed(String name) {
    for (FloatFormat format : FloatFormat.values()) {
      if (format.name().equals(name.toUpperCase(Locale.ROOT))) {
        return format;
      }
    }
    throw new IllegalArgumentException(
        "Unknown format '"
            + ExactNumber.abridged(name)
            + "' in --as: no format has this name; use one of "
            + Arrays.stream(FloatFormat.values())
                .map(FloatFormat::name)
                .collect(Collectors.joining(", ")));
  }

  /** For a person: lines of at most 80 columns, the last one ended too. */
  public String text() {
    return readings.size() == 1
        ? ExplanationText.full(given, readings.get(0))
        : ExplanationText.ambiguous(given, readings);
  }

  /** For a program: an array of one object per reading; every digit, non-finite values as words. */
  public String json() {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    readings.forEach(reading -> array.add(ExplanationJson.of(given, reading)));
    return array.toPrettyString() + "\n";
  }
}
