package io.ckptaudit.udfs.number;

import java.util.Locale;

/**
 * The dtype of a what-if cast: a format and what happens beyond its largest finite value.
 *
 * <p>Casts round once, to nearest, ties to even. The two saturating ones give the largest finite
 * value where the plain ones give infinity (F8_E5M2) or NaN (F8_E4M3); both count the same
 * overflows.
 */
public enum Target {
  F32(FloatFormat.F32, false),
  F16(FloatFormat.F16, false),
  BF16(FloatFormat.BF16, false),
  F8_E4M3(FloatFormat.F8_E4M3, false),
  F8_E5M2(FloatFormat.F8_E5M2, false),
  F8_E4M3_SAT(FloatFormat.F8_E4M3, true),
  F8_E5M2_SAT(FloatFormat.F8_E5M2, true);

  private final FloatFormat format;
  private final boolean saturating;

  Target(FloatFormat format, boolean saturating) {
    this.format = format;
    this.saturating = saturating;
  }

  public FloatFormat format() {
    return format;
  }

  public boolean isSaturating() {
    return saturating;
  }

  /**
   * The code of the cast; see {@link FloatFormat#round} and {@link FloatFormat#roundSaturating}.
   */
  public long cast(double value) {
    return saturating ? format.roundSaturating(value) : format.round(value);
  }

  /** Whether a finite value lies beyond what rounds to the largest finite value of the format. */
  public boolean overflows(double value) {
    return Double.isFinite(value) && Math.abs(value) >= format.overflowThreshold();
  }

  /**
   * The target of a name, in any case.
   *
   * @throws IllegalArgumentException naming the known ones
   */
  public static Target named(String name) {
    for (Target target : values()) {
      if (target.name().equals(name.toUpperCase(Locale.ROOT))) {
        return target;
      }
    }
    throw new IllegalArgumentException(
        "Unknown target '"
            + name
            + "': use one of F32, F16, BF16, F8_E4M3, F8_E5M2, F8_E4M3_SAT, F8_E5M2_SAT");
  }
}
