package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import java.util.EnumMap;
import java.util.Map;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/** F32 bits of narrower codes: formulas for the 16-bit formats, tables for the narrower ones. */
final class FloatWidening {

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int CANONICAL_NAN = 0x7FC00000;
  private static final int F16_INFINITY = 0x7C00;
  private static final int F16_SMALLEST_NORMAL = 0x0400;

  /** What moves an F16 exponent, already shifted into place, to the bias of F32. */
  private static final int F16_REBASE = (127 - 15) << 23;

  /** F32 bits of 2^-14, whose last place, 13 bits up, is the smallest F16 subnormal. */
  private static final int F16_MAGIC = F16_REBASE + (1 << 23);

  private static final Map<FloatFormat, int[]> TABLES = tables();

  private FloatWidening() {}

  /**
   * F32 bits of F16 codes; bits above the 16th are ignored. A subnormal is put in the fraction of
   * 2^-14 and that subtracted again, which is exact, and never meets an F32 subnormal.
   *
   * @param codes and floats have the elements of a whole vector beyond those used
   */
  static void fromF16(int[] codes, int[] floats, int length) {
    for (int i = 0; i < length; i += INTS.length()) {
      IntVector code = IntVector.fromArray(INTS, codes, i);
      IntVector magnitude = code.and(0x7FFF);
      IntVector sign = code.lanewise(VectorOperators.LSHL, 16).and(Integer.MIN_VALUE);
      IntVector shifted = magnitude.lanewise(VectorOperators.LSHL, 13);
      IntVector subnormal =
          shifted
              .add(F16_MAGIC)
              .reinterpretAsFloats()
              .sub(Float.intBitsToFloat(F16_MAGIC))
              .reinterpretAsInts();
      shifted
          .add(F16_REBASE)
          .blend(subnormal, magnitude.compare(VectorOperators.LT, F16_SMALLEST_NORMAL))
          .blend(0x7F800000, magnitude.compare(VectorOperators.EQ, F16_INFINITY))
          .or(sign)
          .blend(CANONICAL_NAN, magnitude.compare(VectorOperators.GT, F16_INFINITY))
          .intoArray(floats, i);
    }
  }

  /** As {@link #fromF16}, of BF16. */
  static void fromBf16(int[] codes, int[] floats, int length) {
    for (int i = 0; i < length; i += INTS.length()) {
      IntVector bits = IntVector.fromArray(INTS, codes, i).lanewise(VectorOperators.LSHL, 16);
      bits.blend(CANONICAL_NAN, bits.and(Integer.MAX_VALUE).compare(VectorOperators.GT, 0x7F800000))
          .intoArray(floats, i);
    }
  }

  /** F32 bits by the byte that holds a code of at most 8 bits: cheaper than any formula. */
  static int[] table(FloatFormat format) {
    return TABLES.get(format);
  }

  private static Map<FloatFormat, int[]> tables() {
    Map<FloatFormat, int[]> tables = new EnumMap<>(FloatFormat.class);
    for (FloatFormat format : FloatFormat.values()) {
      if (format.bits() <= Byte.SIZE) {
        int[] table = new int[1 << Byte.SIZE];
        for (int code = 0; code < table.length; code++) {
          table[code] = Float.floatToIntBits((float) format.decode(code & format.codes() - 1));
        }
        tables.put(format, table);
      }
    }
    return tables;
  }
}
