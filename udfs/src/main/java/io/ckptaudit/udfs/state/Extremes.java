package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.FloatFormat;
import java.util.Arrays;

/**
 * The smallest and largest finite value among ascending codes; NaN where none is finite. Exact.
 * Codes without the sign bit ascend with their values, codes with it descend, and what is not
 * finite lies at the far end of either half; so only a few codes are looked at.
 */
final class Extremes {

  private final FloatFormat format;
  private final int[] codes;
  private final int firstNegative;

  Extremes(FloatFormat format, int[] codes) {
    this.format = format;
    this.codes = codes;
    int split = format.isSigned() ? Arrays.binarySearch(codes, format.codes() / 2) : codes.length;
    this.firstNegative = split < 0 ? -split - 1 : split;
  }

  /** A zero may have either sign. */
  double smallest() {
    double negative = firstFinite(codes.length - 1, firstNegative, -1);
    return Double.isNaN(negative) ? firstFinite(0, firstNegative - 1, 1) : negative;
  }

  /** A zero may have either sign. */
  double largest() {
    double positive = firstFinite(firstNegative - 1, 0, -1);
    return Double.isNaN(positive) ? firstFinite(firstNegative, codes.length - 1, 1) : positive;
  }

  private double firstFinite(int from, int to, int step) {
    for (int i = from; step > 0 ? i <= to : i >= to; i += step) {
      if (format.isFinite(codes[i])) {
        return format.decode(codes[i]);
      }
    }
    return Double.NaN;
  }
}
