package io.ckptaudit.udfs.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** The residuals of {@link VectorRunSums}, by the same rules. */
final class VectorResiduals {

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, INTS.vectorBitSize() / 2)));
  private static final int LANES = INTS.length();

  /** Elements of a piece: below 256 sums of 2^24 to a lane, and a multiple of 8 vectors. */
  static final int PIECE = 240 * LANES;

  /** Shorter runs are faster one by one. */
  private static final int SHORT = 64;

  private static final int FRACTION = RunSums.FRACTION;
  private static final int HIDDEN = RunSums.HIDDEN;
  private static final int ONE = 0x3F800000;
  private static final int HALF_BITS = 12;
  private static final int HALF = (1 << HALF_BITS) - 1;

  /** Residuals of so many bits have a bit for each of their cells. */
  private static final int CELL_BITS = 16;

  /** Where residuals are at most half of 2^13, their squares are at most 2^24. */
  private static final int SHORT_SHIFT = 13;

  private final ResidualSums to;
  private final int[] bits = new int[PIECE + BitCounts.ROOM];
  private final int[] reachingBits = new int[PIECE + BitCounts.ROOM];
  private final int[] lanes = new int[4 * LANES];
  private final int[] exponents = new int[Integer.SIZE];
  private final int[] reached = new int[Integer.SIZE];
  private final BitCounts bitCounts = new BitCounts();

  VectorResiduals(ResidualSums to) {
    this.to = to;
  }

  /** Where the whole vectors of a run end; what follows is for plain loops. */
  static int endOfWhole(int start, int end) {
    return end - start < SHORT ? start : end - (end - start) % LANES;
  }

  /** {@link RunSums#areNearest} of whole vectors; adds to what is there. */
  boolean areNearest(int[] words, short[] codes, int start, int end, float share) {
    IntVector wrong = IntVector.zero(INTS);
    IntVector most = IntVector.zero(INTS);
    IntVector below = IntVector.broadcast(INTS, -1);
    FloatVector minusShare = FloatVector.broadcast(FLOATS, -share * HIDDEN);
    for (int i = start; i < end; i += LANES) {
      IntVector word = IntVector.fromArray(INTS, words, i);
      IntVector code =
          (IntVector)
              ShortVector.fromArray(SHORTS, codes, i).convertShape(VectorOperators.S2I, INTS, 0);
      IntVector d = word.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
      IntVector r = word.sub(code.lanewise(VectorOperators.LSHL, 16)).lanewise(VectorOperators.ABS);
      wrong = wrong.or(d.lanewise(VectorOperators.ABS).sub(r));
      most = most.max(r);
      FloatVector number = (FloatVector) r.convertShape(VectorOperators.I2F, FLOATS, 0);
      FloatVector significand = word.and(FRACTION).or(ONE).reinterpretAsFloats();
      below = below.and(significand.fma(minusShare, number).reinterpretAsInts());
    }
    to.largest = Math.max(to.largest, most.reduceLanes(VectorOperators.MAX));
    to.isShareMatched |= below.reduceLanes(VectorOperators.AND) >= 0;
    return wrong.reduceLanes(VectorOperators.OR) == 0;
  }

  /** {@link RunSums#addResiduals} of whole vectors; adds to what is there. */
  boolean add(int[] words, short[] codes, int start, int end, RunSums.CodeLine line, float share) {
    if (start == end) {
      return true;
    }
    Arrays.fill(exponents, 0);
    Arrays.fill(reached, 0);
    boolean signsAgree = true;
    for (int from = start; from < end; from += PIECE) {
      int length = Math.min(PIECE, end - from);
      signsAgree &=
          line.shift() <= SHORT_SHIFT
              ? addPieceOfShort(words, codes, from, length, line, share)
              : addPiece(words, codes, from, length, line, share);
      bitCounts.add(bits, length, exponents);
      if (line.shift() > CELL_BITS) {
        bitCounts.add(reachingBits, length, reached);
      }
    }
    if (line.shift() > CELL_BITS) {
      addExponents();
    } else {
      addCells(exponents, to);
    }
    return signsAgree;
  }

  /**
   * Takes what was counted together: a residual of at most half a spacing has 16 bits at most, and
   * each of its highest bit and whether m is reached a bit of its own. The place is the sum of the
   * exponents of F32, 127 for a residual of 1, with and without one less unless reached.
   */
  static void addCells(int[] places, ResidualSums to) {
    for (int bit = 0; bit < CELL_BITS; bit++) {
      int place = 2 * (bit + 127) - 1;
      int reaching = places[place + 1 & 31];
      to.reaching[bit] += reaching;
      to.counts[bit] += places[place & 31] + reaching;
    }
  }

  /**
   * Takes what was counted apart. The exponents of F32, of which five bits were counted, begin at
   * 127 for a residual of 1; those less one unless reached are the same where m is reached.
   */
  private void addExponents() {
    int notReaching = 0;
    for (int bit = 23; bit >= 0; bit--) {
      int place = bit + 127 & 31;
      int reaching = reached[place] - notReaching;
      to.counts[bit] += exponents[place];
      to.reaching[bit] += reaching;
      notReaching = exponents[place] - reaching;
    }
  }

  /**
   * The F32 bits of a residual as a number have the place of its highest bit in the exponent, and
   * in the fraction what is compared with that of the value.
   */
  private boolean addPiece(
      int[] words, short[] codes, int start, int length, RunSums.CodeLine line, float share) {
    IntVector sums = IntVector.zero(INTS);
    IntVector highSq = IntVector.zero(INTS);
    IntVector mixed = IntVector.zero(INTS);
    IntVector lowSq = IntVector.zero(INTS);
    IntVector most = IntVector.zero(INTS);
    IntVector any = IntVector.zero(INTS);
    IntVector below = IntVector.broadcast(INTS, -1);
    IntVector one = IntVector.broadcast(INTS, 1);
    FloatVector minusShare = FloatVector.broadcast(FLOATS, -share * HIDDEN);
    int mask = line.mask();
    int shift = line.shift();
    int offset = line.offset();
    for (int i = 0; i < length; i += LANES) {
      IntVector word = IntVector.fromArray(INTS, words, start + i);
      IntVector code =
          (IntVector)
              ShortVector.fromArray(SHORTS, codes, start + i)
                  .convertShape(VectorOperators.S2I, INTS, 0);
      IntVector r =
          word.sub(code.lanewise(VectorOperators.LSHL, shift).and(mask).add(offset))
              .lanewise(VectorOperators.ABS);
      any = any.or(r);
      most = most.max(r);
      sums = sums.add(r);
      IntVector high = r.lanewise(VectorOperators.LSHR, HALF_BITS);
      IntVector low = r.and(HALF);
      highSq = highSq.add(high.mul(high));
      mixed = mixed.add(high.mul(low));
      lowSq = lowSq.add(low.mul(low));
      FloatVector number = (FloatVector) r.convertShape(VectorOperators.I2F, FLOATS, 0);
      IntVector fraction = word.and(FRACTION);
      FloatVector significand = fraction.or(ONE).reinterpretAsFloats();
      below = below.and(significand.fma(minusShare, number).reinterpretAsInts());
      IntVector exponent = number.reinterpretAsInts().lanewise(VectorOperators.LSHR, 23);
      IntVector unlessReached =
          number.reinterpretAsInts().sub(fraction).lanewise(VectorOperators.LSHR, 23);
      IntVector unlessZero = r.min(one);
      if (shift > CELL_BITS) {
        unlessZero.lanewise(VectorOperators.LSHL, exponent).intoArray(bits, i);
        unlessZero.lanewise(VectorOperators.LSHL, unlessReached).intoArray(reachingBits, i);
      } else {
        unlessZero.lanewise(VectorOperators.LSHL, exponent.add(unlessReached)).intoArray(bits, i);
      }
    }
    sums.intoArray(lanes, 0);
    highSq.intoArray(lanes, LANES);
    mixed.intoArray(lanes, 2 * LANES);
    lowSq.intoArray(lanes, 3 * LANES);
    addLanes();
    to.largest = Math.max(to.largest, most.reduceLanes(VectorOperators.MAX));
    to.isShareMatched |= below.reduceLanes(VectorOperators.AND) >= 0;
    return any.reduceLanes(VectorOperators.OR) >= 0;
  }

  /** As {@link #addPiece}, of residuals whose squares can be summed as they are. */
  private boolean addPieceOfShort(
      int[] words, short[] codes, int start, int length, RunSums.CodeLine line, float share) {
    IntVector sums = IntVector.zero(INTS);
    IntVector squares = IntVector.zero(INTS);
    IntVector most = IntVector.zero(INTS);
    IntVector any = IntVector.zero(INTS);
    IntVector below = IntVector.broadcast(INTS, -1);
    IntVector one = IntVector.broadcast(INTS, 1);
    FloatVector minusShare = FloatVector.broadcast(FLOATS, -share * HIDDEN);
    int mask = line.mask();
    int shift = line.shift();
    int offset = line.offset();
    for (int i = 0; i < length; i += LANES) {
      IntVector word = IntVector.fromArray(INTS, words, start + i);
      IntVector code =
          (IntVector)
              ShortVector.fromArray(SHORTS, codes, start + i)
                  .convertShape(VectorOperators.S2I, INTS, 0);
      IntVector r =
          word.sub(code.lanewise(VectorOperators.LSHL, shift).and(mask).add(offset))
              .lanewise(VectorOperators.ABS);
      any = any.or(r);
      most = most.max(r);
      sums = sums.add(r);
      squares = squares.add(r.mul(r));
      FloatVector number = (FloatVector) r.convertShape(VectorOperators.I2F, FLOATS, 0);
      IntVector fraction = word.and(FRACTION);
      FloatVector significand = fraction.or(ONE).reinterpretAsFloats();
      below = below.and(significand.fma(minusShare, number).reinterpretAsInts());
      IntVector place =
          number
              .reinterpretAsInts()
              .lanewise(VectorOperators.LSHR, 23)
              .add(number.reinterpretAsInts().sub(fraction).lanewise(VectorOperators.LSHR, 23));
      r.min(one).lanewise(VectorOperators.LSHL, place).intoArray(bits, i);
    }
    sums.intoArray(lanes, 0);
    squares.intoArray(lanes, LANES);
    for (int lane = 0; lane < LANES; lane++) {
      to.sum += Integer.toUnsignedLong(lanes[lane]);
      to.sumSq += Integer.toUnsignedLong(lanes[LANES + lane]);
    }
    to.largest = Math.max(to.largest, most.reduceLanes(VectorOperators.MAX));
    to.isShareMatched |= below.reduceLanes(VectorOperators.AND) >= 0;
    return any.reduceLanes(VectorOperators.OR) >= 0;
  }

  /** (h + l)² is h² + 2hl + l², each shifted to its place. */
  private void addLanes() {
    long highSq = 0;
    long mixed = 0;
    long lowSq = 0;
    for (int lane = 0; lane < LANES; lane++) {
      to.sum += Integer.toUnsignedLong(lanes[lane]);
      highSq += Integer.toUnsignedLong(lanes[LANES + lane]);
      mixed += Integer.toUnsignedLong(lanes[2 * LANES + lane]);
      lowSq += Integer.toUnsignedLong(lanes[3 * LANES + lane]);
    }
    to.sumSq += (highSq << 2 * HALF_BITS) + (mixed << HALF_BITS + 1) + lowSq;
  }
}
