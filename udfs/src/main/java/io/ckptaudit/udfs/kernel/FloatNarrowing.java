package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

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

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, INTS.vectorBitSize() / 2)));
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

  /**
   * The codes of F32 bits, in the low bits of each element; what is above them is of any value. One
   * loop that calls nothing but the API: with a method of our own that takes vectors, the compiler
   * put them on the heap.
   *
   * @param floats and codes have the elements of a whole vector beyond those used
   */
  void round(int[] floats, short[] codes, int length) {
    int dropped = shift;
    int roundUp = (1 << (shift - 1)) - 1;
    int rebased = rebase;
    int smallest = smallestNormal;
    int offset = magic;
    float added = Float.intBitsToFloat(magic);
    int overflowAt = overflowFrom;
    int overflow = overflowCode;
    int nan = nanCode;
    int toSign = signShift;
    for (int i = 0; i < length; i += INTS.length()) {
      IntVector bits = IntVector.fromArray(INTS, floats, i);
      IntVector magnitude = bits.and(Integer.MAX_VALUE);
      IntVector sign = bits.sub(magnitude).lanewise(VectorOperators.LSHR, toSign);
      IntVector subnormal =
          magnitude.reinterpretAsFloats().add(added).reinterpretAsInts().sub(offset);
      IntVector code =
          magnitude
              .add(magnitude.lanewise(VectorOperators.LSHR, dropped).and(1))
              .add(roundUp)
              .lanewise(VectorOperators.LSHR, dropped)
              .sub(rebased)
              .blend(subnormal, magnitude.compare(VectorOperators.LT, smallest))
              .blend(overflow, magnitude.compare(VectorOperators.GE, overflowAt))
              .or(sign)
              .blend(nan, magnitude.compare(VectorOperators.GT, F32_INFINITY));
      ((ShortVector) code.convertShape(VectorOperators.I2S, SHORTS, 0)).intoArray(codes, i);
    }
  }

  /**
   * As {@link #round} to BF16, whose exponents are those of F32: one rounding serves normals,
   * subnormals and overflow.
   */
  static void roundToBf16(int[] floats, short[] codes, int length) {
    for (int i = 0; i < length; i += INTS.length()) {
      IntVector bits = IntVector.fromArray(INTS, floats, i);
      IntVector code =
          bits.add(bits.lanewise(VectorOperators.LSHR, 16).and(1))
              .add(0x7FFF)
              .lanewise(VectorOperators.LSHR, 16)
              .blend(0x7FC0, bits.and(Integer.MAX_VALUE).compare(VectorOperators.GT, F32_INFINITY));
      ((ShortVector) code.convertShape(VectorOperators.I2S, SHORTS, 0)).intoArray(codes, i);
    }
  }
}
