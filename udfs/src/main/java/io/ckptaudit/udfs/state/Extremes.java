package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.FloatFormat;
import java.util.Arrays;

/**
 * The smallest and largest finite value of some elements, NaN where none is finite, and whether any
 * is not. Exact; a zero may have either sign.
 */
record Extremes(double smallest, double largest, boolean nonFinite) {

  /**
   * Of ascending codes. Codes without the sign bit ascend with their values, codes with it descend,
   * and what is not finite lies at the far end of either half (in the FNUZ types at the near end of
   * the second); so only a few codes are looked at.
   */
  static Extremes of(FloatFormat format, int[] codes) {
    int split = format.isSigned() ? Arrays.binarySearch(codes, format.codes() / 2) : codes.length;
    int firstNegative = split < 0 ? -split - 1 : split;
    int last = codes.length - 1;
    double lowest = firstFinite(format, codes, last, firstNegative, -1);
    double highest = firstFinite(format, codes, firstNegative - 1, 0, -1);
    return new Extremes(
        Double.isNaN(lowest) ? firstFinite(format, codes, 0, firstNegative - 1, 1) : lowest,
        Double.isNaN(highest) ? firstFinite(format, codes, firstNegative, last, 1) : highest,
        isNonFinite(format, codes, firstNegative - 1)
            || isNonFinite(format, codes, firstNegative)
            || isNonFinite(format, codes, last));
  }

  private static boolean isNonFinite(FloatFormat format, int[] codes, int i) {
    return i >= 0 && i < codes.length && !format.isFinite(codes[i]);
  }

  private static double firstFinite(FloatFormat format, int[] codes, int from, int to, int step) {
    for (int i = from; step > 0 ? i <= to : i >= to; i += step) {
      if (format.isFinite(codes[i])) {
        return format.decode(codes[i]);
      }
    }
    return Double.NaN;
  }

  /** These and others together; NaN stands for none. */
  Extremes with(double otherSmallest, double otherLargest, boolean otherNonFinite) {
    boolean any = nonFinite || otherNonFinite;
    if (Double.isNaN(otherSmallest)) {
      return new Extremes(smallest, largest, any);
    }
    return Double.isNaN(smallest)
        ? new Extremes(otherSmallest, otherLargest, any)
        : new Extremes(Math.min(smallest, otherSmallest), Math.max(largest, otherLargest), any);
  }
}
