package io.ckptaudit.udfs.number;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The dtype of a what-if cast: a format and what happens beyond its largest finite value. A cast
 * takes one value and gives one code of {@link #format()}.
 *
 * <p>Exact: a cast rounds the double once, to nearest, ties to even; it never goes through F32. NaN
 * gives the canonical quiet NaN of every target; −0 keeps its sign; subnormal results are rounded
 * like others, never flushed. An infinity stays one in F32, F16, BF16 and F8_E5M2, becomes NaN in
 * F8_E4M3, and the largest finite value of its sign in the saturating ones.
 *
 * <p>Overflow: from {@link FloatFormat#overflowThreshold()} on, which is 65520 for F16, 61440 for
 * F8_E5M2 and beyond 464 for F8_E4M3, a finite value becomes infinity (F8_E4M3: NaN; saturating:
 * the largest finite value). The saturating targets count the same overflows.
 *
 * <p>Sources: IEEE 754-2019 §4.3.1 and §7.4; OCP OFP8 1.0 (both overflow modes); ml_dtypes 0.6, bit
 * for bit.
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

  /** The layout of the codes a cast gives. */
  public FloatFormat format() {
    return format;
  }

  /** Whether values beyond the largest finite one give that one instead of infinity or NaN. */
  public boolean isSaturating() {
    return saturating;
  }

  /**
   * The code of the cast; see {@link FloatFormat#round} and {@link FloatFormat#roundSaturating}.
   */
  public long cast(double value) {
    return saturating ? format.roundSaturating(value) : format.round(value);
  }

  /**
   * Whether a finite value lies beyond what rounds to the largest finite value of the format. False
   * for NaN and infinities, which are counted apart.
   */
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
            + "': no cast has this name; use one of "
            + Arrays.stream(values()).map(Target::name).collect(Collectors.joining(", ")));
  }
}
