package io.ckptaudit.job.compare;

import io.ckptaudit.udfs.number.Binade;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.state.CodeCounts;
import io.ckptaudit.udfs.state.FormatTables;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * How often each value occurs, whatever format it is stored in: a multiset without an order of
 * elements.
 *
 * <p>Values of at most 65,536 codes, ascending; exact. All NaNs are one value, the last; ±infinity
 * are values; −0 comes before +0 and is not the same; subnormals are values like others; the empty
 * multiset has none. Counts add up to at most 2^63 − 1. Source: DESIGN §1.
 */
final class Values {

  private final double[] values;
  private final long[] counts;
  private final long elements;

  private Values(double[] values, long[] counts) {
    this.values = values;
    this.counts = counts;
    this.elements = Arrays.stream(counts).reduce(0, Math::addExact);
  }

  /** The values of counted codes. */
  static Values of(CodeCounts counts, FormatTables tables) {
    double[] values = new double[counts.distinctCodes()];
    long[] occurring = new long[values.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = tables.value(counts.code(i));
      occurring[i] = counts.count(i);
    }
    return of(values, occurring);
  }

  /** Of values in any order, each any number of times. */
  static Values of(double[] values, long[] counts) {
    Integer[] order = IntStream.range(0, values.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> values[i]));
    double[] sorted = new double[values.length];
    long[] summed = new long[values.length];
    int size = 0;
    for (int i : order) {
      if (size > 0 && Double.compare(sorted[size - 1], values[i]) == 0) {
        summed[size - 1] = Math.addExact(summed[size - 1], counts[i]);
      } else {
        sorted[size] = values[i];
        summed[size++] = counts[i];
      }
    }
    return new Values(Arrays.copyOf(sorted, size), Arrays.copyOf(summed, size));
  }

  long elements() {
    return elements;
  }

  boolean hasNaN() {
    return values.length > 0 && Double.isNaN(values[values.length - 1]);
  }

  boolean hasInfinity() {
    return Arrays.stream(values).anyMatch(Double::isInfinite);
  }

  /** The largest finite magnitude; 0 where nothing is finite. */
  double largest() {
    return Arrays.stream(values).map(Math::abs).filter(Double::isFinite).max().orElse(0);
  }

  /** The magnitude in the middle of those that are finite and not zero, each once; 0 of none. */
  double middle() {
    double[] magnitudes =
        Arrays.stream(values)
            .map(Math::abs)
            .filter(v -> v != 0 && Double.isFinite(v))
            .sorted()
            .toArray();
    return magnitudes.length == 0 ? 0 : magnitudes[magnitudes.length / 2];
  }

  /**
   * The least number of elements that must differ, in whatever order the two are: those of this
   * multiset that the other does not have. Zero exactly where the two are the same.
   */
  long leastDifferent(Values other) {
    long common = 0;
    int j = 0;
    for (int i = 0; i < values.length; i++) {
      while (j < other.values.length && Double.compare(other.values[j], values[i]) < 0) {
        j++;
      }
      if (j < other.values.length && Double.compare(other.values[j], values[i]) == 0) {
        common += Math.min(counts[i], other.counts[j]);
      }
    }
    return Math.max(elements, other.elements) - common;
  }

  /** Sees elements of two multisets of the same size, each in ascending order, side by side. */
  private interface SideBySide {
    void see(double left, double right, long count);
  }

  private void along(Values right, SideBySide eye) {
    int i = 0;
    int j = 0;
    long ofLeft = 0;
    long ofRight = 0;
    while (i < values.length && j < right.values.length) {
      long step = Math.min(counts[i] - ofLeft, right.counts[j] - ofRight);
      eye.see(values[i], right.values[j], step);
      ofLeft += step;
      ofRight += step;
      if (ofLeft == counts[i]) {
        i++;
        ofLeft = 0;
      }
      if (ofRight == right.counts[j]) {
        j++;
        ofRight = 0;
      }
    }
  }

  /**
   * How far at least the two are apart: in any order, some element differs by this much. It is the
   * largest |right − left| with both in ascending order, rounded once; infinite where a finite
   * value meets one that is not.
   */
  double leastLargestDifference(Values right) {
    double[] largest = {0};
    along(right, (l, r, count) -> largest[0] = Math.max(largest[0], difference(l, r)));
    return largest[0];
  }

  /**
   * Whether these and others, both values of a format, may be roundings of the same values in other
   * ways: with both in ascending order, no two are further apart than from one code to the next.
   * Where overflows become NaN, which has no place in an order, other numbers of NaN tell nothing.
   */
  boolean mayRoundFromTheSame(Values other, FloatFormat format) {
    if (count(Double.NaN) != other.count(Double.NaN)) {
      return !format.hasInfinity();
    }
    boolean[] near = {true};
    along(other, (l, r, count) -> near[0] &= areNeighbours(l, r, format));
    return near[0];
  }

  private static boolean areNeighbours(double left, double right, FloatFormat format) {
    return Double.compare(left, right) == 0
        || Math.abs(rank(left, format) - rank(right, format)) <= 1;
  }

  /** Of a value that is no NaN, among those of its format. */
  private static long rank(double value, FloatFormat format) {
    long code = format.round(value);
    return format.isNegative(code) ? -format.magnitude(code) - 1 : format.magnitude(code);
  }

  private long count(double value) {
    int at = Arrays.binarySearch(values, value);
    return at < 0 ? 0 : counts[at];
  }

  private static double difference(double left, double right) {
    if (left == right || Double.isNaN(left) && Double.isNaN(right)) {
      return 0;
    }
    double difference = Math.abs(right - left);
    return Double.isNaN(difference) ? Double.POSITIVE_INFINITY : difference;
  }

  /**
   * |right − left| with both in ascending order, by power of two: the differences of elements
   * wherever the right ones are an image that keeps the order of values. Bin {@code null} holds the
   * differences of zero; what is not finite is left out.
   *
   * @param relative to |left|; what lies above a zero is left out
   */
  TreeMap<Integer, Long> differences(Values right, boolean relative) {
    TreeMap<Integer, Long> bins = new TreeMap<>(Comparator.nullsFirst(Comparator.naturalOrder()));
    along(right, (l, r, count) -> addTo(bins, l, r, count, relative));
    return bins;
  }

  private static void addTo(
      Map<Integer, Long> bins, double left, double right, long count, boolean relative) {
    double difference = difference(left, right);
    if (!Double.isFinite(difference) || relative && left == 0 && difference != 0) {
      return;
    }
    Integer bin = null;
    if (difference != 0) {
      bin = relative ? Binade.ofRatio(difference, Math.abs(left)) : Binade.of(difference);
    }
    bins.merge(bin, count, Math::addExact);
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof Values other
        && Arrays.equals(values, other.values)
        && Arrays.equals(counts, other.counts);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(values) + Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return elements + " elements of " + values.length + " values";
  }
}
