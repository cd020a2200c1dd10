package io.ckptaudit.udfs.kernel;

import java.util.Arrays;

/**
 * Integer sums over runs of F32 words of one exponent, one element at a time. Each method leaves
 * its results in the fields, until the next call; arrays of words and codes have {@link #SPARE}
 * more elements than are used, of any value.
 */
class RunSums {

  /** The longest vector, in ints. */
  static final int SPARE = 64;

  static final int MAGNITUDE = Integer.MAX_VALUE;
  static final int FRACTION = 0x7FFFFF;
  static final int HIDDEN = 0x800000;
  static final int BF16_LOW_HALF = 0xFFFF;

  /** Of {@link #survey}: words whose low half is zero, which BF16 holds. */
  int held;

  /** Of {@link #survey}: extremes of {@link #key}; NaN and infinities take part. */
  int lowestKey;

  int highestKey;

  /** Of {@link #addValues}: significands of positive and of negative values, and their squares. */
  final long[] sum = new long[2];

  final long[] sumSq = new long[2];

  /** Of {@link #addValues}: how many have so many trailing zeros. */
  final int[] trailingZeros = new int[Integer.SIZE];

  /** Of {@link #addResiduals} and {@link #areNearest}. */
  final ResidualSums residuals = new ResidualSums();

  /** Of {@link #countSmall}. */
  int zeros;

  int normals;
  int largest;

  /** The order of values as the order of integers, for all but zeros; its own inverse. */
  static int key(int word) {
    return word ^ word >> 31 >>> 1;
  }

  /** Distance of a significand from the nearest value of BF16. */
  static int toNearestBf16(int m) {
    return Math.abs((short) m);
  }

  /** Finds what BF16 holds, and extremes. */
  void survey(int[] words, int length) {
    held = 0;
    lowestKey = Integer.MAX_VALUE;
    highestKey = Integer.MIN_VALUE;
    for (int i = 0; i < length; i++) {
      held += (words[i] & BF16_LOW_HALF) == 0 ? 1 : 0;
      lowestKey = Math.min(lowestKey, key(words[i]));
      highestKey = Math.max(highestKey, key(words[i]));
    }
  }

  /** Upper halves of words. */
  void upperHalves(int[] words, int length, short[] to) {
    for (int i = 0; i < length; i++) {
      to[i] = (short) (words[i] >>> Short.SIZE);
    }
  }

  /** Sign-extends codes. */
  void widen(byte[] codes, int length, short[] to) {
    for (int i = 0; i < length; i++) {
      to[i] = codes[i];
    }
  }

  /**
   * Sums significands of normal values, none of which BF16 holds, and counts their trailing zeros,
   * of which there are at most 15.
   *
   * @param middle where positive values end and negative ones start
   * @param nearest receives the residuals of casts to the nearest value of BF16, but for their
   *     largest and shares, where they cost little
   * @return whether it did
   */
  boolean addValues(int[] words, int start, int middle, int end, ResidualSums nearest) {
    clearValues();
    addEach(words, start, middle, 0);
    addEach(words, middle, end, 1);
    return false;
  }

  final void clearValues() {
    Arrays.fill(sum, 0);
    Arrays.fill(sumSq, 0);
    Arrays.fill(trailingZeros, 0);
  }

  final void addEach(int[] words, int start, int end, int sign) {
    for (int i = start; i < end; i++) {
      int m = words[i] & FRACTION | HIDDEN;
      sum[sign] += m;
      sumSq[sign] += (long) m * m;
      trailingZeros[Integer.numberOfTrailingZeros(m)]++;
    }
  }

  /**
   * Whether casts of normal values to BF16 are as near as they can be. Of {@link #residuals} the
   * largest and whether a share is matched are valid afterwards, if so.
   *
   * @param share as for {@link #addResiduals}
   */
  boolean areNearest(int[] words, short[] codes, int start, int end, float share) {
    residuals.clear();
    for (int i = start; i < end; i++) {
      int r = Math.abs(words[i] - (codes[i] << Short.SIZE));
      if (r != toNearestBf16(words[i])) {
        return false;
      }
      residuals.largest = Math.max(residuals.largest, r);
      residuals.isShareMatched |= r >= (words[i] & FRACTION | HIDDEN) * share;
    }
    return true;
  }

  /**
   * Sums distances of normal values from their casts, in F32 bits, to {@link #residuals}. All but
   * the largest and what is returned is of use only where the largest is at most half a spacing,
   * 2^(shift − 1).
   *
   * @param line from magnitude codes to F32 bits
   * @param share what a residual's share of its value is compared with; 0 matches all
   * @return whether all signs agree
   */
  boolean addResiduals(int[] words, short[] codes, int start, int end, CodeLine line, float share) {
    residuals.clear();
    int signs = 0;
    for (int i = start; i < end; i++) {
      int r = line.residual(words[i], codes[i]);
      int m = words[i] & FRACTION | HIDDEN;
      signs |= r;
      residuals.largest = Math.max(residuals.largest, r);
      residuals.isShareMatched |= r >= m * share;
      residuals.add(r, m);
    }
    return signs >= 0;
  }

  /** Counts zeros and normals among codes, and finds the largest magnitude. */
  void countSmall(short[] codes, int start, int end, int magnitudeMask, int smallestNormal) {
    zeros = 0;
    normals = 0;
    largest = 0;
    for (int i = start; i < end; i++) {
      int magnitude = codes[i] & magnitudeMask;
      zeros += magnitude == 0 ? 1 : 0;
      normals += magnitude >= smallestNormal ? 1 : 0;
      largest = Math.max(largest, magnitude);
    }
  }

  /**
   * F32 bits by sign-extended code, where that is a line: shifted, without the extension, plus an
   * offset.
   */
  record CodeLine(int mask, int shift, int offset) {

    /** Negative, or large, where signs differ. */
    int residual(int word, int code) {
      return Math.abs(word - ((code << shift & mask) + offset));
    }
  }
}
