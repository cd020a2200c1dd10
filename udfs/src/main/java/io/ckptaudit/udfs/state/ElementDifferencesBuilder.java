package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.Binade;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import java.util.ArrayList;
import java.util.List;

/** Collects the differences of one stretch of elements, in ascending order of their indices. */
public final class ElementDifferencesBuilder {

  private static final long FRACTION = (1L << 52) - 1;

  private final DType dtype;
  private final FloatFormat format;
  private long elements;
  private long different;
  private long notFinite;
  private long largestSteps;
  private double largest;
  private List<ElementDifferences.Place> first = new ArrayList<>();
  private Histogram absolute = new Histogram();
  private Histogram relative = new Histogram();
  private Histogram steps = new Histogram();

  public ElementDifferencesBuilder(DType dtype) {
    this.dtype = dtype;
    this.format = dtype.isFloating() ? dtype.format() : null;
  }

  /** So many elements were looked at, those that differ among them. */
  public void addElements(long count) {
    elements += count;
  }

  /** An element that is not the expected one, of a dtype that is no float. */
  public void addDifferent(long index, long expected, long found) {
    different++;
    if (first.size() < ElementDifferences.KEPT) {
      first.add(new ElementDifferences.Place(index, expected, found));
    }
  }

  /** The same for floats, whose values are given too; at most one of them is NaN. */
  public void addDifferent(
      long index, long expected, long found, double expectedValue, double foundValue) {
    addDifferent(index, expected, found);
    addValues(expected, found, expectedValue, foundValue, 1);
  }

  /** The same for so many elements, once {@link #hasFirst}: their places are not kept. */
  public void addPairs(
      long expected, long found, double expectedValue, double foundValue, long count) {
    different += count;
    addValues(expected, found, expectedValue, foundValue, count);
  }

  /** Whether all places that are kept are known. */
  public boolean hasFirst() {
    return first.size() == ElementDifferences.KEPT;
  }

  private void addValues(
      long expected, long found, double expectedValue, double foundValue, long count) {
    double difference = Math.abs(foundValue - expectedValue);
    if (!format.isFinite(expected) || !format.isFinite(found)) {
      notFinite += count;
      largest = Double.POSITIVE_INFINITY;
      return;
    }
    largest = Math.max(largest, difference);
    addSteps(stepsBetween(rank(expected), rank(found)), count);
    addDifference(difference, Math.abs(expectedValue), count);
  }

  private void addSteps(long between, long count) {
    largestSteps = Math.max(largestSteps, between);
    steps.add(Long.SIZE - 1 - Long.numberOfLeadingZeros(between), count);
  }

  private void addDifference(double difference, double expected, long count) {
    if (difference == 0) {
      absolute.addZero(count);
    } else if (Double.isFinite(difference)) {
      absolute.add(binade(difference), count);
    }
    if (expected != 0 && Double.isFinite(difference)) {
      addRelative(difference, expected, count);
    }
  }

  private void addRelative(double difference, double expected, long count) {
    if (difference == 0) {
      relative.addZero(count);
      return;
    }
    int exponents = Math.getExponent(difference) - Math.getExponent(expected);
    boolean normal =
        Math.getExponent(difference) >= Double.MIN_EXPONENT
            && Math.getExponent(expected) >= Double.MIN_EXPONENT;
    long a = Double.doubleToRawLongBits(difference) & FRACTION;
    long b = Double.doubleToRawLongBits(expected) & FRACTION;
    relative.add(
        normal ? exponents - (a < b ? 1 : 0) : Binade.ofRatio(difference, expected), count);
  }

  private static int binade(double value) {
    int exponent = Math.getExponent(value);
    return exponent >= Double.MIN_EXPONENT ? exponent : Binade.of(value);
  }

  /** Codes from one finite value to another, by their ranks in the order of values. */
  private static long stepsBetween(long a, long b) {
    long difference = a - b;
    boolean overflow = (a < 0) != (b < 0) && (difference < 0) != (a < 0);
    return overflow || difference == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(difference);
  }

  private long rank(long code) {
    long magnitude = format.magnitude(code);
    return format.isNegative(code) ? -magnitude - 1 : magnitude;
  }

  /** What was added since the last call. */
  public ElementDifferences build() {
    ElementDifferences built =
        new ElementDifferences(
            dtype,
            elements,
            different,
            notFinite,
            largestSteps,
            largest,
            List.copyOf(first),
            absolute,
            relative,
            steps);
    elements = 0;
    different = 0;
    notFinite = 0;
    largestSteps = 0;
    largest = 0;
    first = new ArrayList<>();
    absolute = new Histogram();
    relative = new Histogram();
    steps = new Histogram();
    return built;
  }
}
