package io.ckptaudit.udfs.kernel;

import java.util.Arrays;

/**
 * Integer sums over runs of F32 words of one sign and exponent, one element at a time. Each method
 * leaves its results in the fields, until the next call; arrays of words and codes have {@link
 * #SPARE} more elements than are used, of any value.
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

  long sum;
  long sumSq;

  /** Largest residual, or magnitude of a code. */
  int largest;

  /** Of {@link #countSmall}. */
  int zeros;

  int normals;

  /** Whether a residual may have a larger share of its value than was asked. */
  boolean isShareMatched;

  /**
   * Of values, how many have so many trailing zeros. Of residuals that are not zero, how many have
   * that bit as their highest.
   */
  final int[] counts = new int[Integer.SIZE];

  /** As {@link #counts}, of residuals that are at least m once shifted to the length of m. */
  final int[] reaching = new int[Integer.SIZE];

  /** The order of values as the order of integers, for all but zeros; its own inverse. */
  static int key(int word) {
    return word ^ word >> 31 >>> 1;
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
  void widen(short[] codes, int length, int[] to) {
    for (int i = 0; i < length; i++) {
      to[i] = codes[i];
    }
  }

  /** As {@link #widen(short[], int, int[])}. */
  void widen(byte[] codes, int length, int[] to) {
    for (int i = 0; i < length; i++) {
      to[i] = codes[i];
    }
  }

  /** Sums significands of normal values, and counts their trailing zeros. */
  void addValues(int[] words, int start, int end) {
    clear();
    for (int i = start; i < end; i++) {
      int m = words[i] & FRACTION | HIDDEN;
      sum += m;
      sumSq += (long) m * m;
      counts[Integer.numberOfTrailingZeros(m)]++;
    }
  }

  /**
   * Sums distances of normal values from their casts, in F32 bits. All but {@link #largest} and
   * what is returned is of use only where the largest is at most half a spacing, 2^(shift − 1).
   *
   * @param line from magnitude codes to F32 bits
   * @param share what a residual's share of its value is compared with; 0 matches all
   * @return whether all signs agree
   */
  boolean addResiduals(int[] words, int[] codes, int start, int end, CodeLine line, float share) {
    clear();
    int signs = 0;
    for (int i = start; i < end; i++) {
      int r = line.residual(words[i], codes[i]);
      int m = words[i] & FRACTION | HIDDEN;
      signs |= r;
      sum += r;
      sumSq += (long) r * r;
      largest = Math.max(largest, r);
      isShareMatched |= r >= m * share;
      if (r > 0) {
        int bit = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(r);
        counts[bit & 31]++;
        reaching[bit & 31] += r << 23 - bit >= m ? 1 : 0;
      }
    }
    return signs >= 0;
  }

  /** Counts zeros and normals among codes, and finds the largest magnitude. */
  void countSmall(int[] codes, int start, int end, int magnitudeMask, int smallestNormal) {
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

  final void clear() {
    sum = 0;
    sumSq = 0;
    largest = 0;
    isShareMatched = false;
    Arrays.fill(counts, 0);
    Arrays.fill(reaching, 0);
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
