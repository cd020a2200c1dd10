package io.ckptaudit.udfs.kernel;

import static io.ckptaudit.udfs.kernel.UpdateRounding.halfSpacingOfBf16;
import static io.ckptaudit.udfs.kernel.UpdateRounding.halfSpacingOfF16;
import static io.ckptaudit.udfs.kernel.UpdateRounding.isNormalInF16;
import static io.ckptaudit.udfs.kernel.UpdateRounding.keep;
import static io.ckptaudit.udfs.kernel.UpdateRounding.roundToBf16;
import static io.ckptaudit.udfs.kernel.UpdateRounding.roundToF16;

import io.ckptaudit.udfs.number.Binade;
import java.math.BigInteger;
import java.util.Arrays;

/**
 * What is counted of updates, all but the number of elements: the contract is {@link
 * UpdateCounter}'s.
 */
final class UpdateSums {

  private static final int F16 = UpdateCounter.F16;
  private static final int BF16 = UpdateCounter.BF16;
  private static final int KINDS = 4;
  private static final int HIDDEN = 1 << 23;
  private static final int INFINITY = 0x7F800000;
  private static final int TWO_TO_MINUS_24 = 0x33800000;

  /** Ratios of two F32 lie in binades from −277 to 276. */
  private static final int RATIO_BIAS = 280;

  private final long[] ratios = new long[2 * RATIO_BIAS * KINDS];
  private final long[] ofZero = new long[KINDS];

  /** Sums of the significands of updates by exponent field: 2^39 of them fit. */
  private final long[] sums = new long[256 * KINDS];

  private final long[] belowHalf = new long[KINDS];
  private final long[] overflow = new long[KINDS];
  private long zero;
  private long nonFinite;
  private long below24;
  private long above2048;
  private long above256;

  /** Adds the updates between two steps of as many elements. */
  void add(float[] before, float[] after, int count) {
    for (int i = 0; i < count; i++) {
      float from = before[i];
      float update = after[i] - from;
      int magnitude = Float.floatToRawIntBits(update) & Integer.MAX_VALUE;
      boolean normal = magnitude >= HIDDEN && magnitude < INFINITY;
      if (!normal || !addOrdinary(Float.floatToRawIntBits(from), update, magnitude)) {
        add(from, update, 1);
      }
    }
  }

  /** Adds the same update of the same value many times. */
  void add(float from, float update, long times) {
    int magnitude = Float.floatToRawIntBits(update) & Integer.MAX_VALUE;
    if (magnitude == 0) {
      zero += times;
    } else if (magnitude >= INFINITY) {
      nonFinite += times;
    } else {
      addUpdate(from, update, magnitude, times);
    }
  }

  /**
   * As {@link #addUpdate}, where copies and sums are normal values of F16: almost always. What is
   * lost is as good as random, so nothing branches on it.
   *
   * @return whether they are
   */
  private boolean addOrdinary(int from, float update, int magnitude) {
    int value = from & Integer.MAX_VALUE;
    int half = keep(from, 13);
    int sum = Float.floatToRawIntBits(Float.intBitsToFloat(half) + update);
    if (!isNormalInF16(value) || !isNormalInF16(sum & Integer.MAX_VALUE)) {
      return false;
    }
    int brain = keep(from, 16);
    int brainSum = Float.floatToRawIntBits(Float.intBitsToFloat(brain) + update);
    int kind = isZero(keep(sum, 13) ^ half) | isZero(keep(brainSum, 16) ^ brain) << 1;
    sums[magnitude >>> 23 << 2 | kind] += magnitude & (HIDDEN - 1) | HIDDEN;
    int distance = value - magnitude;
    ratios[(distance >> 23) + RATIO_BIAS << 2 | kind]++;
    belowHalf[F16] += isLess(magnitude, ((half & Integer.MAX_VALUE) >>> 23) - 11 << 23);
    belowHalf[BF16] += isLess(magnitude, ((brain & Integer.MAX_VALUE) >>> 23) - 8 << 23);
    below24 += isLess(magnitude, TWO_TO_MINUS_24);
    above2048 += isLess(11 << 23, distance);
    above256 += isLess(8 << 23, distance);
    return true;
  }

  /** 1 or 0. */
  private static int isZero(int bits) {
    return ~(bits | -bits) >>> 31;
  }

  /** 1 or 0, of numbers whose difference is an int. */
  private static int isLess(int a, int b) {
    return a - b >>> 31;
  }

  private void addUpdate(float from, float update, int magnitude, long times) {
    float half = roundToF16(from);
    float brain = roundToBf16(from);
    int kind =
        (roundToF16(half + update) == half ? F16 : 0)
            | (roundToBf16(brain + update) == brain ? BF16 : 0);
    int field = magnitude >>> 23;
    int significand = field == 0 ? magnitude : magnitude & (HIDDEN - 1) | HIDDEN;
    sums[field << 2 | kind] += times * significand;
    addToRatios(Float.floatToRawIntBits(from) & Integer.MAX_VALUE, magnitude, kind, times);
    int below =
        (magnitude < halfSpacingOfF16(half) ? F16 : 0)
            | (magnitude < halfSpacingOfBf16(brain) ? BF16 : 0);
    belowHalf[below] += times;
    overflow[(Float.isInfinite(half) ? F16 : 0) | (Float.isInfinite(brain) ? BF16 : 0)] += times;
    below24 += magnitude < TWO_TO_MINUS_24 ? times : 0;
    double size = Math.abs((double) update);
    double value = Math.abs((double) from);
    above2048 += value > 2048 * size ? times : 0;
    above256 += value > 256 * size ? times : 0;
  }

  /** The difference of the bits of two normal values is that of their logarithms, rounded down. */
  private void addToRatios(int value, int update, int kind, long times) {
    if (value == 0) {
      ofZero[kind] += times;
      return;
    }
    int bin =
        value >= HIDDEN && update >= HIDDEN
            ? (value - update) >> 23
            : Binade.ofRatio(Float.intBitsToFloat(value), Float.intBitsToFloat(update));
    ratios[(bin + RATIO_BIAS) << 2 | kind] += times;
  }

  /** Gives all that was counted since the last reset. */
  void drainTo(UpdateCounter.Tally to, long elements) {
    to.totals(elements, zero, nonFinite);
    for (int target : new int[] {F16, BF16}) {
      int both = F16 | BF16;
      to.copies(target, belowHalf[target] + belowHalf[both], overflow[target] + overflow[both]);
    }
    to.flags(below24, above2048, above256);
    for (int i = 0; i < ratios.length; i++) {
      if (ratios[i] != 0) {
        to.ratio((i >> 2) - RATIO_BIAS, i & (KINDS - 1), ratios[i]);
      }
    }
    for (int i = 0; i < KINDS; i++) {
      if (ofZero[i] != 0) {
        to.ratio(null, i, ofZero[i]);
      }
    }
    for (int i = 0; i < sums.length; i++) {
      if (sums[i] != 0) {
        to.sum(Math.max(i >> 2, 1) - 150, i & (KINDS - 1), BigInteger.valueOf(sums[i]));
      }
    }
  }

  /** Forgets everything counted. */
  void reset() {
    for (long[] counts : new long[][] {ratios, ofZero, sums, belowHalf, overflow}) {
      Arrays.fill(counts, 0);
    }
    zero = 0;
    nonFinite = 0;
    below24 = 0;
    above2048 = 0;
    above256 = 0;
  }
}
