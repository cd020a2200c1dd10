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
  private static final int PIECE = VectorResiduals.PIECE;

  /** Elements whose bits wait to be counted. */
  private int waiting;

  private final int[] zeroBits = new int[PIECE + BitCounts.ROOM];
  private final int[] cells = new int[PIECE + BitCounts.ROOM];
  private final int[] cellCounts = new int[Integer.SIZE];
  private final int[] lanes = new int[6 * LANES];
  private final BitCounts bitCounts = new BitCounts();
  private final VectorResiduals vectorResiduals = new VectorResiduals(residuals);

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
  void widen(byte[] codes, int length, short[] to) {
    LaneWidths.widen(codes, length, to);
  }

  @Override
  boolean addValues(int[] words, int start, int middle, int end, ResidualSums nearest) {
    int positive = VectorResiduals.endOfWhole(start, middle);
    int negative = VectorResiduals.endOfWhole(middle, end);
    if (positive == start && negative == middle) {
      return super.addValues(words, start, middle, end, nearest);
    }
    clearValues();
    nearest.clear();
    addRest(words, positive, middle, 0, nearest);
    addRest(words, negative, end, 1, nearest);
    Arrays.fill(cellCounts, 0);
    addWhole(words, start, positive, 0, nearest);
    addWhole(words, middle, negative, 1, nearest);
    countBits();
    VectorResiduals.addCells(cellCounts, nearest);
    return true;
  }

  private void addRest(int[] words, int start, int end, int sign, ResidualSums nearest) {
    addEach(words, start, end, sign);
    for (int i = start; i < end; i++) {
      nearest.add(toNearestBf16(words[i]), words[i] & FRACTION | HIDDEN);
    }
  }

  private void addWhole(int[] words, int start, int end, int sign, ResidualSums nearest) {
    int length;
    for (int from = start; from < end; from += length) {
      if (waiting == PIECE) {
        countBits();
      }
      length = Math.min(PIECE - waiting, end - from);
      addPieceOfValues(words, from, length, waiting);
      waiting += length;
      addLanes(sign, nearest);
    }
  }

  private void countBits() {
    bitCounts.add(zeroBits, waiting, trailingZeros);
    bitCounts.add(cells, waiting, cellCounts);
    waiting = 0;
  }

  /**
   * With d the signed distance from the nearest value of BF16, h · 2^16, squares of m = h · 2^16 +
   * d take three products of ints, of which d² serves the residuals too. The trailing zeros of m
   * are those of d, which is not zero.
   */
  private void addPieceOfValues(int[] words, int start, int length, int bitsFrom) {
    IntVector sums = IntVector.zero(INTS);
    IntVector distances = IntVector.zero(INTS);
    IntVector highSq = IntVector.zero(INTS);
    IntVector mixed = IntVector.zero(INTS);
    IntVector lowSqHigh = IntVector.zero(INTS);
    IntVector lowSqLow = IntVector.zero(INTS);
    IntVector one = IntVector.broadcast(INTS, 1);
    for (int i = 0; i < length; i += LANES) {
      IntVector fraction = IntVector.fromArray(INTS, words, start + i).and(FRACTION);
      IntVector m = fraction.or(HIDDEN);
      IntVector d = m.lanewise(VectorOperators.LSHL, 16).lanewise(VectorOperators.ASHR, 16);
      IntVector r = d.lanewise(VectorOperators.ABS);
      IntVector h = m.sub(d).lanewise(VectorOperators.LSHR, 16);
      IntVector square = r.mul(r);
      sums = sums.add(m);
      distances = distances.add(r);
      highSq = highSq.add(h.mul(h));
      mixed = mixed.add(h.mul(d));
      lowSqHigh = lowSqHigh.add(square.lanewise(VectorOperators.LSHR, 16));
      lowSqLow = lowSqLow.add(square.and(0xFFFF));
      r.and(r.neg()).intoArray(zeroBits, bitsFrom + i);
      IntVector number =
          ((FloatVector) r.convertShape(VectorOperators.I2F, FLOATS, 0)).reinterpretAsInts();
      IntVector place =
          number
              .lanewise(VectorOperators.LSHR, 23)
              .add(number.sub(fraction).lanewise(VectorOperators.LSHR, 23));
      one.lanewise(VectorOperators.LSHL, place).intoArray(cells, bitsFrom + i);
    }
    sums.intoArray(lanes, 0);
    distances.intoArray(lanes, LANES);
    highSq.intoArray(lanes, 2 * LANES);
    mixed.intoArray(lanes, 3 * LANES);
    lowSqHigh.intoArray(lanes, 4 * LANES);
    lowSqLow.intoArray(lanes, 5 * LANES);
  }

  private void addLanes(int sign, ResidualSums nearest) {
    long highSq = 0;
    long mixed = 0;
    long lowSq = 0;
    for (int lane = 0; lane < LANES; lane++) {
      sum[sign] += Integer.toUnsignedLong(lanes[lane]);
      nearest.sum += lanes[LANES + lane];
      highSq += lanes[2 * LANES + lane];
      mixed += lanes[3 * LANES + lane];
      lowSq += ((long) lanes[4 * LANES + lane] << 16) + lanes[5 * LANES + lane];
    }
    sumSq[sign] += (highSq << 32) + (mixed << 17) + lowSq;
    nearest.sumSq += lowSq;
  }

  @Override
  boolean areNearest(int[] words, short[] codes, int start, int end, float share) {
    int whole = VectorResiduals.endOfWhole(start, end);
    return super.areNearest(words, codes, whole, end, share)
        && vectorResiduals.areNearest(words, codes, start, whole, share);
  }

  @Override
  boolean addResiduals(int[] words, short[] codes, int start, int end, CodeLine line, float share) {
    int whole = VectorResiduals.endOfWhole(start, end);
    return super.addResiduals(words, codes, whole, end, line, share)
        & vectorResiduals.add(words, codes, start, whole, line, share);
  }

  @Override
  void countSmall(short[] codes, int start, int end, int magnitudeMask, int smallestNormal) {
    int whole = VectorResiduals.endOfWhole(start, end);
    super.countSmall(codes, whole, end, magnitudeMask, smallestNormal);
    IntVector none = IntVector.zero(INTS);
    IntVector less = IntVector.zero(INTS);
    IntVector most = IntVector.zero(INTS);
    for (int i = start; i < whole; i += LANES) {
      IntVector code =
          (IntVector)
              ShortVector.fromArray(SHORTS, codes, i).convertShape(VectorOperators.S2I, INTS, 0);
      IntVector magnitude = code.and(magnitudeMask);
      most = most.max(magnitude);
      none = none.add(magnitude.sub(1).lanewise(VectorOperators.LSHR, 31));
      less = less.add(magnitude.sub(smallestNormal).lanewise(VectorOperators.LSHR, 31));
    }
    zeros += none.reduceLanes(VectorOperators.ADD);
    normals += whole - start - less.reduceLanes(VectorOperators.ADD);
    largest = Math.max(largest, most.reduceLanes(VectorOperators.MAX));
  }
}
