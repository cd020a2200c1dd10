package io.ckptaudit.udfs.kernel;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * On the Vector API. A run goes through in pieces, few enough vectors for sums in int lanes. Loops
 * call nothing but the API: the compiler may refuse to inline a method that takes vectors, which
 * then go through the heap.
 *
 * <p>Counts by bit: each element sets one bit of a word, which {@link BitCounts} count.
 */
final class VectorRunSums extends RunSums {

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS =
      VectorSpecies.of(short.class, VectorShape.forBitSize(Math.max(64, INTS.vectorBitSize() / 2)));
  private static final int LANES = INTS.length();

  /** Vectors of a piece: below 256 sums of 2^24 to a lane, and a multiple of 4. */
  private static final int PIECE = 240 * LANES;

  /** Shorter runs are faster one by one. */
  private static final int SHORT = 64;

  private static final int ONE = 0x3F800000;
  private static final int HALF_BITS = 12;

  /** Residuals of so many bits have a bit for each of their cells. */
  private static final int CELL_BITS = 16;

  private static final int HALF = (1 << HALF_BITS) - 1;

  /** Loaded at n, the last n lanes are zero and the others all ones. */
  private static final int[] LAST = last();

  private final int[] bits = new int[PIECE + 4 * LANES];
  private final int[] reachingBits = new int[PIECE + 4 * LANES];
  private final int[] lanes = new int[4 * LANES];
  private final int[] exponents = new int[Integer.SIZE];
  private final int[] reached = new int[Integer.SIZE];
  private final BitCounts bitCounts = new BitCounts();

  private static int[] last() {
    int[] masks = new int[2 * LANES];
    Arrays.fill(masks, 0, LANES, -1);
    return masks;
  }

  @Override
  void survey(int[] words, int length) {
    IntVector none = IntVector.zero(INTS);
    IntVector lowest = IntVector.broadcast(INTS, Integer.MAX_VALUE);
    IntVector highest = IntVector.broadcast(INTS, Integer.MIN_VALUE);
    int end = length - length % LANES;
    for (int i = 0; i < end; i += LANES) {
      IntVector word = IntVector.fromArray(INTS, words, i);
      IntVector key =
          word.lanewise(VectorOperators.ASHR, 31)
              .lanewise(VectorOperators.LSHR, 1)
              .lanewise(VectorOperators.XOR, word);
      lowest = lowest.min(key);
      highest = highest.max(key);
      none = none.add(word.and(BF16_LOW_HALF).sub(1).lanewise(VectorOperators.LSHR, 31));
    }
    held = none.reduceLanes(VectorOperators.ADD);
    lowestKey = lowest.reduceLanes(VectorOperators.MIN);
    highestKey = highest.reduceLanes(VectorOperators.MAX);
    for (int i = end; i < length; i++) {
      held += (words[i] & BF16_LOW_HALF) == 0 ? 1 : 0;
      lowestKey = Math.min(lowestKey, key(words[i]));
      highestKey = Math.max(highestKey, key(words[i]));
    }
  }

  @Override
  void upperHalves(int[] words, int length, short[] to) {
    for (int i = 0; i < length; i += LANES) {
      IntVector upper = IntVector.fromArray(INTS, words, i).lanewise(VectorOperators.LSHR, 16);
      ((ShortVector) upper.convertShape(VectorOperators.I2S, SHORTS, 0)).intoArray(to, i);
    }
  }

  @Override
  void widen(short[] codes, int length, int[] to) {
    LaneWidths.widen(codes, length, to);
  }

  @Override
  void widen(byte[] codes, int length, int[] to) {
    LaneWidths.widen(codes, length, to);
  }

  @Override
  void addValues(int[] words, int start, int end) {
    if (end - start < SHORT) {
      super.addValues(words, start, end);
      return;
    }
    clear();
    for (int from = start; from < end; from += PIECE) {
      int length = Math.min(PIECE, end - from);
      addPieceOfValues(words, from, length);
      bitCounts.add(bits, length, counts);
    }
  }

  private void addPieceOfValues(int[] words, int start, int length) {
    IntVector sums = IntVector.zero(INTS);
    IntVector highSq = IntVector.zero(INTS);
    IntVector mixed = IntVector.zero(INTS);
    IntVector lowSq = IntVector.zero(INTS);
    for (int i = 0; i < length; i += LANES) {
      IntVector m =
          IntVector.fromArray(INTS, words, start + i)
              .and(FRACTION)
              .or(HIDDEN)
              .and(IntVector.fromArray(INTS, LAST, Math.max(0, i + LANES - length)));
      m.and(m.neg()).intoArray(bits, i);
      IntVector high = m.lanewise(VectorOperators.LSHR, HALF_BITS);
      IntVector low = m.and(HALF);
      sums = sums.add(m);
      highSq = highSq.add(high.mul(high));
      mixed = mixed.add(high.mul(low));
      lowSq = lowSq.add(low.mul(low));
    }
    sums.intoArray(lanes, 0);
    highSq.intoArray(lanes, LANES);
    mixed.intoArray(lanes, 2 * LANES);
    lowSq.intoArray(lanes, 3 * LANES);
    addLanes();
  }

  /** (h + l)² is h² + 2hl + l², each shifted to its place. */
  private void addLanes() {
    long highSq = 0;
    long mixed = 0;
    long lowSq = 0;
    for (int lane = 0; lane < LANES; lane++) {
      sum += Integer.toUnsignedLong(lanes[lane]);
      highSq += Integer.toUnsignedLong(lanes[LANES + lane]);
      mixed += Integer.toUnsignedLong(lanes[2 * LANES + lane]);
      lowSq += Integer.toUnsignedLong(lanes[3 * LANES + lane]);
    }
    sumSq += (highSq << 2 * HALF_BITS) + (mixed << HALF_BITS + 1) + lowSq;
  }

  @Override
  boolean addResiduals(int[] words, int[] codes, int start, int end, CodeLine line, float share) {
    if (end - start < SHORT) {
      return super.addResiduals(words, codes, start, end, line, share);
    }
    clear();
    Arrays.fill(exponents, 0);
    Arrays.fill(reached, 0);
    boolean signsAgree = true;
    for (int from = start; from < end; from += PIECE) {
      int length = Math.min(PIECE, end - from);
      signsAgree &= addPieceOfResiduals(words, codes, from, length, line, share);
      bitCounts.add(bits, length, exponents);
      if (line.shift() > CELL_BITS) {
        bitCounts.add(reachingBits, length, reached);
      }
    }
    if (line.shift() > CELL_BITS) {
      addExponents();
    } else {
      addCells();
    }
    return signsAgree;
  }

  /**
   * Takes what was counted together: a residual of at most half a spacing has 16 bits at most, and
   * each of its highest bit and whether m is reached a bit of its own. The place is the sum of the
   * exponents of F32, 127 for a residual of 1, with and without one less unless reached.
   */
  private void addCells() {
    for (int bit = 0; bit < CELL_BITS; bit++) {
      int place = 2 * (bit + 127) - 1;
      reaching[bit] = exponents[place + 1 & 31];
      counts[bit] = exponents[place & 31] + reaching[bit];
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
      counts[bit] = exponents[place];
      reaching[bit] = reached[place] - notReaching;
      notReaching = counts[bit] - reaching[bit];
    }
  }

  /**
   * The F32 bits of a residual as a number have the place of its highest bit in the exponent, and
   * in the fraction what is compared with that of the value.
   */
  private boolean addPieceOfResiduals(
      int[] words, int[] codes, int start, int length, CodeLine line, float share) {
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
      IntVector code = IntVector.fromArray(INTS, codes, start + i);
      IntVector r =
          word.sub(code.lanewise(VectorOperators.LSHL, shift).and(mask).add(offset))
              .lanewise(VectorOperators.ABS)
              .and(IntVector.fromArray(INTS, LAST, Math.max(0, i + LANES - length)));
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
    largest = Math.max(largest, most.reduceLanes(VectorOperators.MAX));
    isShareMatched |= below.reduceLanes(VectorOperators.AND) >= 0;
    return any.reduceLanes(VectorOperators.OR) >= 0;
  }

  @Override
  void countSmall(int[] codes, int start, int end, int magnitudeMask, int smallestNormal) {
    int whole = start + (end - start) / LANES * LANES;
    super.countSmall(codes, whole, end, magnitudeMask, smallestNormal);
    IntVector none = IntVector.zero(INTS);
    IntVector less = IntVector.zero(INTS);
    IntVector most = IntVector.zero(INTS);
    for (int i = start; i < whole; i += LANES) {
      IntVector magnitude = IntVector.fromArray(INTS, codes, i).and(magnitudeMask);
      most = most.max(magnitude);
      none = none.add(magnitude.sub(1).lanewise(VectorOperators.LSHR, 31));
      less = less.add(magnitude.sub(smallestNormal).lanewise(VectorOperators.LSHR, 31));
    }
    zeros += none.reduceLanes(VectorOperators.ADD);
    normals += whole - start - less.reduceLanes(VectorOperators.ADD);
    largest = Math.max(largest, most.reduceLanes(VectorOperators.MAX));
  }
}
