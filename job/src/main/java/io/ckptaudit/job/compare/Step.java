package io.ckptaudit.job.compare;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.number.WideCast;
import io.ckptaudit.udfs.state.FormatTables;
import java.io.Serializable;
import java.util.Map;

/**
 * One thing a converter may do to a value: a function from codes of one format to codes of another.
 * NaN stays NaN in every step.
 */
sealed interface Step extends Serializable {

  FloatFormat to(FloatFormat from);

  int apply(int code, FormatTables from);

  /** The same of elements of 32 and 64 bits; null where it is nothing that makes codes of them. */
  default WideCast ofWide() {
    return null;
  }

  /** Rounds to nearest, ties to even: the conversion function itself. */
  record Nearest(Target target) implements Step {
    @Override
    public FloatFormat to(FloatFormat from) {
      return target.format();
    }

    @Override
    public int apply(int code, FormatTables from) {
      return from.result(target, code);
    }

    @Override
    public WideCast ofWide() {
      return WideCast.nearest(target);
    }
  }

  /**
   * Rounds toward zero: the nearest value, or the one next to it on the side of zero. Finite values
   * beyond the largest finite one give that one; infinities stay.
   */
  record TowardZero(Target target) implements Step {
    @Override
    public FloatFormat to(FloatFormat from) {
      return target.format();
    }

    @Override
    public int apply(int code, FormatTables from) {
      int nearest = from.result(target, code);
      double value = from.value(code);
      FloatFormat format = target.format();
      if (!Double.isFinite(value)) {
        return nearest;
      }
      if (!format.isFinite(nearest)) {
        return (int) format.maxFiniteCode() | signOf(value, format);
      }
      // One code less is the next smaller magnitude, since the sign is the highest bit.
      return Math.abs(format.decode(nearest)) > Math.abs(value) ? nearest - 1 : nearest;
    }

    @Override
    public WideCast ofWide() {
      return WideCast.truncated(target);
    }
  }

  /** Makes subnormal values zero. */
  record Flush(boolean keepsSign) implements Step {
    @Override
    public FloatFormat to(FloatFormat from) {
      return from;
    }

    @Override
    public int apply(int code, FormatTables from) {
      FloatFormat format = from.format();
      boolean small = format.isSubnormal(code) || format.magnitude(code) == 0;
      if (!small || format.isNaN(code)) {
        return code;
      }
      return keepsSign ? code ^ (int) format.magnitude(code) : 0;
    }
  }

  /**
   * Limits magnitudes, infinities included.
   *
   * @param most a value of the format
   */
  record Clip(double most) implements Step {
    @Override
    public FloatFormat to(FloatFormat from) {
      return from;
    }

    @Override
    public int apply(int code, FormatTables from) {
      double value = from.value(code);
      if (!(Math.abs(value) > most)) {
        return code;
      }
      return (int) from.format().round(Math.copySign(most, value));
    }
  }

  /**
   * Multiplies by a power of two and rounds to nearest, ties to even, once. The product is exact:
   * the exponents of values of at most 16 bits lie within ±133, those of scales within ±300.
   */
  record Scale(int exponent, Target target) implements Step {
    @Override
    public FloatFormat to(FloatFormat from) {
      return target.format();
    }

    @Override
    public int apply(int code, FormatTables from) {
      return (int) target.cast(Math.scalb(from.value(code), exponent));
    }

    @Override
    public WideCast ofWide() {
      return WideCast.scaled(target, exponent);
    }
  }

  private static int signOf(double value, FloatFormat format) {
    return value < 0 ? 1 << (format.bits() - 1) : 0;
  }

  /** The value after all steps. A step that leads to a format of 32 bits is the last one. */
  static double image(
      Iterable<Step> steps, FormatTables from, int code, Map<FloatFormat, FormatTables> tables) {
    FormatTables at = from;
    int now = code;
    for (Step step : steps) {
      now = step.apply(now, at);
      FloatFormat to = step.to(at.format());
      if (to == FloatFormat.F32) {
        return Float.intBitsToFloat(now);
      }
      at = tables.get(to);
    }
    return at.value(now);
  }
}
