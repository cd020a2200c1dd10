package io.ckptaudit.job.report;

import io.ckptaudit.udfs.number.Binade;
import io.ckptaudit.udfs.number.FloatFormat;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/** One code of one format taken apart: fields, value, neighbours. */
record CodeReading(FloatFormat format, long code) {

  double value() {
    return format.decode(code);
  }

  String hex() {
    return hex(format, code);
  }

  static String hex(FloatFormat format, long code) {
    int digits = (format.bits() + 3) / 4;
    return "0x" + String.format(Locale.ROOT, "%0" + digits + "X", code);
  }

  String kind() {
    if (format.isNaN(code)) {
      return "nan";
    }
    if (format.isInfinite(code)) {
      return "infinity";
    }
    return value() == 0 ? "zero" : format.isSubnormal(code) ? "subnormal" : "normal";
  }

  /** The sign bit; empty in F8_E8M0. */
  String sign() {
    return format.isSigned() ? format.isNegative(code) ? "1" : "0" : "";
  }

  String exponent() {
    return binary(format.exponentField(code), format.exponentBits());
  }

  /** The fraction bits; empty in F8_E8M0. */
  String fraction() {
    return format.fractionBits() == 0
        ? ""
        : binary(format.fractionField(code), format.fractionBits());
  }

  private static String binary(long field, int width) {
    String digits = Long.toBinaryString(field);
    return "0".repeat(width - digits.length()) + digits;
  }

  /** The value as an odd integer times a power of two; empty for zero and what is not finite. */
  Optional<String> asPowerOfTwo() {
    double value = value();
    if (value == 0 || !Double.isFinite(value)) {
      return Optional.empty();
    }
    BigDecimal magnitude = new BigDecimal(value).abs();
    int exponent = Math.max(Binade.of(value) - 52, -1074);
    long significand = magnitude.divide(new BigDecimal(Math.scalb(1.0, exponent))).longValueExact();
    int zeros = Long.numberOfTrailingZeros(significand);
    String sign = value < 0 ? "-" : "";
    return Optional.of(sign + (significand >> zeros) + "*2^" + (exponent + zeros));
  }

  /** The next smaller value of the format; empty for NaN and for the smallest. */
  OptionalDouble below() {
    return neighbour(false);
  }

  /** The next larger value of the format; empty for NaN and for the largest. */
  OptionalDouble above() {
    return neighbour(true);
  }

  private OptionalDouble neighbour(boolean upward) {
    double value = value();
    if (Double.isNaN(value)) {
      return OptionalDouble.empty();
    }
    if (value == 0) {
      double smallest = format.smallestPositive();
      return OptionalDouble.of(upward ? smallest : -smallest);
    }
    boolean outward = upward == value > 0;
    if (!outward && format.magnitude(code) == 0) {
      return OptionalDouble.empty();
    }
    long next = outward ? code + 1 : code - 1;
    boolean lastCode = outward && format.magnitude(code) >= format.magnitude(lastOutward());
    if (lastCode) {
      return OptionalDouble.empty();
    }
    double neighbour = format.decode(next);
    return OptionalDouble.of(format.isNaN(next) ? 0.0 : neighbour);
  }

  /** The magnitude beyond which there is no value: infinity, or the largest finite code. */
  private long lastOutward() {
    return format.hasInfinity() ? format.maxFiniteCode() + 1 : format.maxFiniteCode();
  }
}
