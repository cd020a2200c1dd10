package io.ckptaudit.udfs.kernel;

import java.util.Arrays;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * How many words have each bit set, on the Vector API. Eight vectors at a time go through adders
 * bit by bit; only what they carry is counted, in bytes, which fewer than 256 vectors cannot
 * overflow.
 */
final class BitCounts {

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = INTS.length();

  /** What words need beyond those used. */
  static final int ROOM = 8 * LANES;

  private static final int FOURS = 8 * LANES;
  private static final int TWOS = 9 * LANES;
  private static final int ONES = 10 * LANES;

  private final int[] planes = new int[11 * LANES];

  /**
   * Adds to each count the words that have that bit set; clears what follows the words.
   *
   * @param words fewer than 256 vectors, and {@link #ROOM}
   * @param to of 32 places
   */
  void add(int[] words, int length, int[] to) {
    int end = (length + LANES - 1) / LANES * LANES;
    Arrays.fill(words, end, end + 7 * LANES, 0);
    IntVector ones = IntVector.zero(INTS);
    IntVector twos = IntVector.zero(INTS);
    IntVector fours = IntVector.zero(INTS);
    IntVector c0 = IntVector.zero(INTS);
    IntVector c1 = c0;
    IntVector c2 = c0;
    IntVector c3 = c0;
    IntVector c4 = c0;
    IntVector c5 = c0;
    IntVector c6 = c0;
    IntVector c7 = c0;
    for (int i = 0; i < end; i += 8 * LANES) {
      IntVector a = IntVector.fromArray(INTS, words, i);
      IntVector b = IntVector.fromArray(INTS, words, i + LANES);
      IntVector odd = a.lanewise(VectorOperators.XOR, b);
      IntVector twosA = a.and(b).or(odd.and(ones));
      ones = odd.lanewise(VectorOperators.XOR, ones);
      a = IntVector.fromArray(INTS, words, i + 2 * LANES);
      b = IntVector.fromArray(INTS, words, i + 3 * LANES);
      odd = a.lanewise(VectorOperators.XOR, b);
      IntVector twosB = a.and(b).or(odd.and(ones));
      ones = odd.lanewise(VectorOperators.XOR, ones);
      odd = twosA.lanewise(VectorOperators.XOR, twosB);
      IntVector foursA = twosA.and(twosB).or(odd.and(twos));
      twos = odd.lanewise(VectorOperators.XOR, twos);
      a = IntVector.fromArray(INTS, words, i + 4 * LANES);
      b = IntVector.fromArray(INTS, words, i + 5 * LANES);
      odd = a.lanewise(VectorOperators.XOR, b);
      twosA = a.and(b).or(odd.and(ones));
      ones = odd.lanewise(VectorOperators.XOR, ones);
      a = IntVector.fromArray(INTS, words, i + 6 * LANES);
      b = IntVector.fromArray(INTS, words, i + 7 * LANES);
      odd = a.lanewise(VectorOperators.XOR, b);
      twosB = a.and(b).or(odd.and(ones));
      ones = odd.lanewise(VectorOperators.XOR, ones);
      odd = twosA.lanewise(VectorOperators.XOR, twosB);
      IntVector foursB = twosA.and(twosB).or(odd.and(twos));
      twos = odd.lanewise(VectorOperators.XOR, twos);
      odd = foursA.lanewise(VectorOperators.XOR, foursB);
      IntVector eights = foursA.and(foursB).or(odd.and(fours));
      fours = odd.lanewise(VectorOperators.XOR, fours);
      c0 = c0.add(eights.and(0x01010101));
      c1 = c1.add(eights.lanewise(VectorOperators.LSHR, 1).and(0x01010101));
      c2 = c2.add(eights.lanewise(VectorOperators.LSHR, 2).and(0x01010101));
      c3 = c3.add(eights.lanewise(VectorOperators.LSHR, 3).and(0x01010101));
      c4 = c4.add(eights.lanewise(VectorOperators.LSHR, 4).and(0x01010101));
      c5 = c5.add(eights.lanewise(VectorOperators.LSHR, 5).and(0x01010101));
      c6 = c6.add(eights.lanewise(VectorOperators.LSHR, 6).and(0x01010101));
      c7 = c7.add(eights.lanewise(VectorOperators.LSHR, 7).and(0x01010101));
    }
    c0.intoArray(planes, 0);
    c1.intoArray(planes, LANES);
    c2.intoArray(planes, 2 * LANES);
    c3.intoArray(planes, 3 * LANES);
    c4.intoArray(planes, 4 * LANES);
    c5.intoArray(planes, 5 * LANES);
    c6.intoArray(planes, 6 * LANES);
    c7.intoArray(planes, 7 * LANES);
    fours.intoArray(planes, FOURS);
    twos.intoArray(planes, TWOS);
    ones.intoArray(planes, ONES);
    addPlanes(to);
  }

  /** Bits at a place of each byte: eight times what was counted, and what was left. */
  private void addPlanes(int[] to) {
    IntVector fours = IntVector.fromArray(INTS, planes, FOURS);
    IntVector twos = IntVector.fromArray(INTS, planes, TWOS);
    IntVector ones = IntVector.fromArray(INTS, planes, ONES);
    for (int place = 0; place < Byte.SIZE; place++) {
      IntVector bytes =
          IntVector.fromArray(INTS, planes, place * LANES)
              .lanewise(VectorOperators.LSHL, 1)
              .add(fours.lanewise(VectorOperators.LSHR, place).and(0x01010101))
              .lanewise(VectorOperators.LSHL, 1)
              .add(twos.lanewise(VectorOperators.LSHR, place).and(0x01010101))
              .lanewise(VectorOperators.LSHL, 1)
              .add(ones.lanewise(VectorOperators.LSHR, place).and(0x01010101));
      int even = bytes.and(0x00FF00FF).reduceLanes(VectorOperators.ADD);
      int odd =
          bytes.lanewise(VectorOperators.LSHR, 8).and(0x00FF00FF).reduceLanes(VectorOperators.ADD);
      to[place] += even & 0xFFFF;
      to[place + 8] += odd & 0xFFFF;
      to[place + 16] += even >>> 16;
      to[place + 24] += odd >>> 16;
    }
  }
}
