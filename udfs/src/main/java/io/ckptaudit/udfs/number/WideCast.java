package io.ckptaudit.udfs.number;

import java.io.Serializable;

/**
 * How elements of 32 and 64 bits become codes.
 *
 * <p>Exact but for one rounding: the product is that of doubles, in which no F32 is rounded by any
 * scale here; of F64 what leaves the range of doubles is beyond every target too. NaN stays NaN and
 * infinities what the target makes of them; −0 keeps its sign; subnormals are values like others.
 *
 * @param target format and overflow of the result
 * @param scale the values are multiplied by 2^scale before
 * @param towardZero whether values are truncated, and finite ones beyond the largest finite value
 *     become that one; else they are rounded to nearest, ties to even
 */
public record WideCast(Target target, int scale, boolean towardZero) implements Serializable {

  public static WideCast nearest(Target target) {
    return new WideCast(target, 0, false);
  }

  public static WideCast truncated(Target target) {
    return new WideCast(target, 0, true);
  }

  public static WideCast scaled(Target target, int exponent) {
    return new WideCast(target, exponent, false);
  }
}
