package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Significand;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The values of a wide tensor that BF16 cannot hold, by binade: none is zero or infinite. Exact.
 *
 * <p>The extremes are NaN without values. The trailing zeros of the significands tell which
 * power-of-two scalings stay exact and whether F32 holds the values. Source: DESIGN §3.
 */
final class WideValues {

  final FloatFormat source;
  final SortedMap<Integer, Moments> positive = new TreeMap<>();
  final SortedMap<Integer, Moments> negative = new TreeMap<>();

  /** By binade, counts by trailing zero bits of the significand. */
  final SortedMap<Integer, long[]> trailingZeros = new TreeMap<>();

  long nan;
  double smallest = Double.NaN;
  double largest = Double.NaN;
  double nearestZero = Double.NaN;

  WideValues(FloatFormat source) {
    this.source = source;
  }

  SortedMap<Integer, Moments> ofSign(boolean isNegative) {
    return isNegative ? negative : positive;
  }

  void addExtremes(double otherSmallest, double otherLargest, double otherNearestZero) {
    if (!Double.isNaN(otherSmallest)) {
      smallest = Double.isNaN(smallest) ? otherSmallest : Math.min(smallest, otherSmallest);
      largest = Double.isNaN(largest) ? otherLargest : Math.max(largest, otherLargest);
      nearestZero =
          Double.isNaN(nearestZero) ? otherNearestZero : Math.min(nearestZero, otherNearestZero);
    }
  }

  void addTrailingZeros(int binade, int zeros, long count) {
    long[] counts = trailingZeros.computeIfAbsent(binade, none -> emptyZeros());
    counts[zeros] = Math.addExact(counts[zeros], count);
  }

  long[] emptyZeros() {
    return new long[source.fractionBits() + 1];
  }

  void addAll(WideValues other) {
    nan = Math.addExact(nan, other.nan);
    other.positive.forEach((binade, moments) -> positive.merge(binade, moments, Moments::plus));
    other.negative.forEach((binade, moments) -> negative.merge(binade, moments, Moments::plus));
    other.trailingZeros.forEach(
        (binade, counts) -> {
          for (int zeros = 0; zeros < counts.length; zeros++) {
            addTrailingZeros(binade, zeros, counts[zeros]);
          }
        });
    addExtremes(other.smallest, other.largest, other.nearestZero);
  }

  /** Values, without NaN. */
  long count() {
    long sum = 0;
    for (Moments moments : positive.values()) {
      sum = Math.addExact(sum, moments.count());
    }
    for (Moments moments : negative.values()) {
      sum = Math.addExact(sum, moments.count());
    }
    return sum;
  }

  /** Values of both signs in a binade. */
  long count(int binade) {
    return Math.addExact(
        positive.getOrDefault(binade, Moments.NONE).count(),
        negative.getOrDefault(binade, Moments.NONE).count());
  }

  /** Whether a format of no more exponents and fraction bits holds every value. */
  boolean fitIn(FloatFormat format) {
    for (Map.Entry<Integer, long[]> entry : trailingZeros.entrySet()) {
      int binade = entry.getKey();
      int zeros = 0;
      while (zeros < entry.getValue().length && entry.getValue()[zeros] == 0) {
        zeros++;
      }
      int lowestPlace = Significand.unit(source, binade) + zeros;
      if (binade > format.maxExponent() || lowestPlace < Significand.unit(format, binade)) {
        return false;
      }
    }
    return true;
  }
}
