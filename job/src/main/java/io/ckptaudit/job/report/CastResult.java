package io.ckptaudit.job.report;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What one format makes of one number, rounded once from the exact number: the code, its value, how
 * it came about, and the error where both sides are finite. No code where NaN meets a format that
 * has none; the value is NaN then.
 */
record CastResult(
    String target,
    FloatFormat format,
    OptionalLong code,
    double value,
    Outcome outcome,
    Optional<RoundingError> error) {

  /** How a result came about; a subnormal result may be exact, as its error tells. */
  enum Outcome {
    EXACT,
    ROUNDED,
    /** Non-zero, below the smallest normal value. */
    SUBNORMAL,
    /** Non-zero became zero. */
    UNDERFLOW,
    /** Finite, and beyond what rounds to the largest finite value. */
    OVERFLOW,
    INFINITY,
    /** An infinity became the largest finite value. */
    SATURATED,
    NAN,
    /** The format has no code for NaN. */
    NO_CODE;

    String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
  }

  /**
   * Result less number, exact; its magnitude over that of the number, and over the spacing of the
   * format there, to 16 digits.
   */
  record RoundingError(BigDecimal error, BigDecimal relative, BigDecimal ulps) {

    static RoundingError between(ExactNumber number, double result, FloatFormat format) {
      BigDecimal error = new BigDecimal(result).subtract(number.exact());
      if (error.signum() == 0) {
        return new RoundingError(BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);
      }
      BigDecimal spacing = new BigDecimal(format.spacing(number.toOdd()));
      return new RoundingError(
          error,
          error.abs().divide(number.exact().abs(), MathContext.DECIMAL64),
          error.abs().divide(spacing, MathContext.DECIMAL64));
    }
  }

  /** Every target, and every other format a number can be rounded to, widest first. */
  static List<CastResult> ofEveryFormat(ExactNumber number) {
    List<CastResult> results = new ArrayList<>();
    for (FloatFormat format : FloatFormat.values()) {
      if (format != FloatFormat.F64 && format.isSigned()) {
        results.add(of(format, number));
        for (Target target : Target.values()) {
          if (target.format() == format && target.isSaturating()) {
            results.add(of(target, number));
          }
        }
      }
    }
    return results;
  }

  static CastResult of(FloatFormat format, ExactNumber number) {
    if (Double.isNaN(number.toOdd()) && !format.hasNaN()) {
      return new CastResult(
          format.name(),
          format,
          OptionalLong.empty(),
          Double.NaN,
          Outcome.NO_CODE,
          Optional.empty());
    }
    double rounded = format == FloatFormat.F64 ? number.nearest() : number.toOdd();
    return of(format.name(), format, number, format.round(rounded));
  }

  private static CastResult of(Target target, ExactNumber number) {
    return of(target.name(), target.format(), number, target.cast(number.toOdd()));
  }

  private static CastResult of(String name, FloatFormat format, ExactNumber number, long code) {
    double value = format.decode(code);
    Outcome outcome = outcome(format, number, code, value);
    Optional<RoundingError> error =
        number.isFinite() && Double.isFinite(value)
            ? Optional.of(RoundingError.between(number, value, format))
            : Optional.empty();
    return new CastResult(name, format, OptionalLong.of(code), value, outcome, error);
  }

  private static Outcome outcome(FloatFormat format, ExactNumber number, long code, double value) {
    if (!number.isFinite()) {
      return Double.isNaN(value)
          ? Outcome.NAN
          : Double.isInfinite(value) ? Outcome.INFINITY : Outcome.SATURATED;
    }
    if (!Double.isFinite(value) || Math.abs(number.toOdd()) >= format.overflowThreshold()) {
      return Outcome.OVERFLOW;
    }
    if (value == 0) {
      return number.isZero() ? Outcome.EXACT : Outcome.UNDERFLOW;
    }
    if (format.isSubnormal(code)) {
      return Outcome.SUBNORMAL;
    }
    return new BigDecimal(value).compareTo(number.exact()) == 0 ? Outcome.EXACT : Outcome.ROUNDED;
  }
}
