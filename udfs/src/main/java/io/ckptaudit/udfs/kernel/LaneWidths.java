package io.ckptaudit.udfs.kernel;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Codes of 8 and 16 bits as ints, and back: sign-extended, or their low bits. All arrays have the
 * elements of a whole vector beyond those used.
 */
final class LaneWidths {

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, INTS.vectorBitSize() / 2)));
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, INTS.vectorBitSize() / 4)));

  private LaneWidths() {}

  static void widen(short[] codes, int length, int[] to) {
    for (int i = 0; i < length; i += INTS.length()) {
      ((IntVector)
              ShortVector.fromArray(SHORTS, codes, i).convertShape(VectorOperators.S2I, INTS, 0))
          .intoArray(to, i);
    }
  }

  static void widen(byte[] codes, int length, short[] to) {
    for (int i = 0; i < length; i += INTS.length()) {
      ((ShortVector)
              ByteVector.fromArray(BYTES, codes, i).convertShape(VectorOperators.B2S, SHORTS, 0))
          .intoArray(to, i);
    }
  }

  static void narrow(short[] codes, int length, byte[] to) {
    for (int i = 0; i < length; i += INTS.length()) {
      ((ByteVector)
              ShortVector.fromArray(SHORTS, codes, i).convertShape(VectorOperators.S2B, BYTES, 0))
          .intoArray(to, i);
    }
  }
}
