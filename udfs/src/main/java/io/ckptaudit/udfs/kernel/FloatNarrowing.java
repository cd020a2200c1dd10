package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;

/**
 * Rounding of F32 bits to a target of fewer exponent bits, as constants of a branch-free formula.
 *
 * <p>With a = |bits|: normal results are a rounded at bit {@code shift} by adding half a unit less
 * one plus the lowest kept bit, the carry running into the exponent, then rebased. Subnormal
 * results are the low bits of a + {@code magic}, a power of two whose last place is the smallest
 * subnormal: the addition itself rounds, ties to even, and its result is a normal float, so
 * flushing of subnormals changes nothing. What overflows, and NaN, is replaced by constants.
 *
 * @param shift fraction bits dropped from a normal
 * @param rebase difference of the biases, in the exponent field of the target
 * @param smallestNormal F32 bits of the smallest normal of the target
 * @param magic F32 bits of the power of two added for subnormal results
 * @param overflowFrom F32 bits of the smallest magnitude that overflows
 * @param overflowCode positive code of what overflows
 * @param nanCode code of NaN
 * @param signShift distance from the sign of F32 to that of the target
 */
record FloatNarrowing(
    int shift,
    int rebase,
    int smallestNormal,
    int magic,
    int overflowFrom,
    int overflowCode,
    int nanCode,
    int signShift) {

  private static final int F32_FRACTION_BITS = 23;
  private static final int F32_INFINITY = 0x7F800000;

  static FloatNarrowing to(Target target) {
    FloatFormat format = target.format();
    double unitInLastPlace = format.smallestPositive();
    return new FloatNarrowing(
        F32_FRACTION_BITS - format.fractionBits(),
        (FloatFormat.F32.bias() - format.bias()) << format.fractionBits(),
        Float.floatToRawIntBits((float) format.smallestNormal()),
        Float.floatToRawIntBits((float) Math.scalb(unitInLastPlace, F32_FRACTION_BITS)),
        Float.floatToRawIntBits(smallestFloatFrom(format.overflowThreshold())),
        (int) target.cast(Double.POSITIVE_INFINITY),
        (int) target.cast(Double.NaN),
        Integer.SIZE - format.bits());
  }

  private static float smallestFloatFrom(double value) {
    float nearest = (float) value;
    return nearest < value ? Math.nextUp(nearest) : nearest;
  }

  /** The codes of a vector of F32 bits, in the low bits of each lane. */
  IntVector round(IntVector bits) {
    IntVector magnitude = bits.and(Integer.MAX_VALUE);
    IntVector sign = bits.sub(magnitude).lanewise(VectorOperators.LSHR, signShift);
    VectorMask<Integer> isSubnormal = magnitude.compare(VectorOperators.LT, smallestNormal);
    VectorMask<Integer> overflows = magnitude.compare(VectorOperators.GE, overflowFrom);
    VectorMask<Integer> isNaN = magnitude.compare(VectorOperators.GT, F32_INFINITY);
    return roundNormal(magnitude)
        .blend(roundSubnormal(magnitude), isSubnormal)
        .blend(overflowCode, overflows)
        .or(sign)
        .blend(nanCode, isNaN);
  }

  private IntVector roundNormal(IntVector magnitude) {
    IntVector lowestKept = magnitude.lanewise(VectorOperators.LSHR, shift).and(1);
    return magnitude
        .add(lowestKept)
        .add((1 << (shift - 1)) - 1)
        .lanewise(VectorOperators.LSHR, shift)
        .sub(rebase);
  }

  private IntVector roundSubnormal(IntVector magnitude) {
    FloatVector sum = magnitude.reinterpretAsFloats().add(Float.intBitsToFloat(magic));
    return sum.reinterpretAsInts().sub(magic);
  }

  /**
   * As {@link #round} to BF16, whose exponents are those of F32: one rounding serves normals,
   * subnormals and overflow.
   */
  static IntVector roundToBf16(IntVector bits) {
    IntVector lowestKept = bits.lanewise(VectorOperators.LSHR, 16).and(1);
    IntVector rounded = bits.add(lowestKept).add(0x7FFF).lanewise(VectorOperators.LSHR, 16);
    VectorMask<Integer> isNaN =
        bits.and(Integer.MAX_VALUE).compare(VectorOperators.GT, F32_INFINITY);
    return rounded.blend(0x7FC0, isNaN);
  }
}
