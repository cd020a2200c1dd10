package io.ckptaudit.udfs.kernel;

/**
 * F32 values to the nearest of F16 and BF16 that F32 holds, ties to even, and half the spacing
 * there: all in F32 bits, as a trainer's copy is.
 *
 * <p>Exact. What is beyond the largest finite value becomes infinite; infinities stay; NaN must not
 * be handed in; −0 stays −0; subnormals of either format are rounded as such. Source:
 * docs/updates.md.
 */
final class UpdateRounding {

  private static final int INFINITY = 0x7F800000;
  private static final int F16_SMALLEST_NORMAL = 0x38800000;
  private static final int F16_OVERFLOW = 0x477FF000;

  private UpdateRounding() {}

  /** Whether F32 bits without their sign round to a normal value of F16. */
  static boolean isNormalInF16(int magnitude) {
    return magnitude >= F16_SMALLEST_NORMAL && magnitude < F16_OVERFLOW;
  }

  /** F32 bits without the lowest ones, rounded to nearest even. */
  static int keep(int bits, int dropped) {
    int half = (1 << dropped - 1) - 1;
    return bits + half + (bits >>> dropped & 1) & -1 << dropped;
  }

  /** The nearest value of F16. */
  static float roundToF16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int magnitude = bits & Integer.MAX_VALUE;
    if (isNormalInF16(magnitude)) {
      return Float.intBitsToFloat(keep(bits, 13));
    }
    if (magnitude < F16_SMALLEST_NORMAL) {
      // The last place of 0.5 is the smallest subnormal of F16: the addition rounds to it.
      float rounded = Float.intBitsToFloat(magnitude) + 0.5f - 0.5f;
      return bits < 0 ? -rounded : rounded;
    }
    return bits < 0 ? Float.NEGATIVE_INFINITY : Float.POSITIVE_INFINITY;
  }

  /** The nearest value of BF16; infinities stay. */
  static float roundToBf16(float value) {
    return Float.intBitsToFloat(keep(Float.floatToRawIntBits(value), 16));
  }

  /** F32 bits of half the distance between neighbours of a value of F16. */
  static int halfSpacingOfF16(float value) {
    int field = (Float.floatToRawIntBits(value) & Integer.MAX_VALUE) >>> 23;
    return field == 255 ? INFINITY : Math.max(field, 113) - 11 << 23;
  }

  /** Likewise of BF16: below the normal values of F32 where the exponent is among the lowest. */
  static int halfSpacingOfBf16(float value) {
    int field = Math.max((Float.floatToRawIntBits(value) & Integer.MAX_VALUE) >>> 23, 1);
    if (field == 255) {
      return INFINITY;
    }
    return field > 8 ? field - 8 << 23 : 1 << field + 14;
  }
}
