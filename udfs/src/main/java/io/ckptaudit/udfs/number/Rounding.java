package io.ckptaudit.udfs.number;

/**
 * Rounding of a double to a format: the scalar reference that every faster conversion is held to.
 * Exact, in integer arithmetic; special values as in {@link FloatFormat#round}.
 */
final class Rounding {

  private static final int FRACTION = 52;
  private static final long HIDDEN = 1L << FRACTION;

  private Rounding() {}

  /** The code nearest to a value, ties to even; see {@link FloatFormat#round}. */
  static long toNearestEven(FloatFormat format, double value) {
    if (!format.isSigned()) {
      throw new IllegalStateException(
          "Cannot round "
              + value
              + " to "
              + format
              + ": its values are unsigned block scales and the rounding belongs to the block; only"
              + " decode its codes");
    }
    if (Double.isNaN(value)) {
      return format.nanCode();
    }
    if (format == FloatFormat.F64) {
      return Double.doubleToRawLongBits(value);
    }
    boolean negative = Double.doubleToRawLongBits(value) < 0;
    long magnitude = Double.isInfinite(value) ? Long.MAX_VALUE : roundMagnitude(format, value);
    if (magnitude > format.maxFiniteCode()) {
      magnitude = format.overflowMagnitude();
    }
    if (!negative || magnitude == 0 && !format.hasNegativeZero()) {
      return magnitude;
    }
    return magnitude | format.signMask();
  }

  /**
   * The magnitude code of a finite value as if exponents went on without end. Adding the rounded
   * significand, hidden bit included, to the exponent field lets a carry run into the exponent.
   */
  private static long roundMagnitude(FloatFormat format, double value) {
    long bits = Double.doubleToRawLongBits(value) & Long.MAX_VALUE;
    int field = Math.toIntExact(bits >>> FRACTION);
    long significand = (bits & (HIDDEN - 1)) | (field == 0 ? 0 : HIDDEN);
    int sourceUnit = Math.max(field, 1) - 1023 - FRACTION;
    int lowestUnit = format.minExponent() - format.fractionBits();
    int targetUnit = Math.max(sourceUnit + FRACTION - format.fractionBits(), lowestUnit);
    long rounded = shiftRightToNearestEven(significand, targetUnit - sourceUnit);
    return rounded + ((long) (targetUnit - lowestUnit) << format.fractionBits());
  }

  /** significand / 2^shift to the nearest integer, ties to even. */
  private static long shiftRightToNearestEven(long significand, int shift) {
    if (shift > FRACTION + 2) {
      return 0;
    }
    long quotient = significand >>> shift;
    long remainder = significand & ((1L << shift) - 1);
    long half = shift == 0 ? Long.MAX_VALUE : 1L << (shift - 1);
    boolean up = remainder > half || remainder == half && (quotient & 1) == 1;
    return up ? quotient + 1 : quotient;
  }
}
