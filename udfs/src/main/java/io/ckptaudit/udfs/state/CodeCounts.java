package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * How often each code occurs in some part of a floating tensor of at most 16 bits per element.
 *
 * <p>Counts of elements, without unit; one for each code that occurs, ascending by code, at most
 * 65,536. Exact. NaN codes, infinities, −0 and subnormals are codes like any other; the empty part
 * has no codes and is the identity of {@link #merge}. The sum of the counts is at most 2^63 − 1:
 * 10^13 elements need 44 bits of the 63, so 900,000 checkpoints of that size could be merged into
 * one state; merging beyond that throws {@link ArithmeticException} instead of wrapping. Source:
 * DESIGN §1.
 *
 * <p>The indices are of the first element, in the order of the tensor, that equals the smallest and
 * largest finite value (−0 and +0 are equal), and of the first that is NaN or infinite; −1 where
 * there is none, and in groups of tensors, {@linkplain #withoutPlace() where places mean nothing}.
 */
public final class CodeCounts implements CountedState {

  private final DType dtype;
  private final long elements;
  private final int[] codes;
  private final long[] counts;
  private final Place place;

  /**
   * @param codes ascending
   * @param counts of those codes, each at least one
   */
  CodeCounts(DType dtype, int[] codes, long[] counts, Place place) {
    this.dtype = dtype;
    this.codes = codes;
    this.counts = counts;
    this.place = place;
    this.elements = sumExact(counts);
  }

  /** The identity for a tensor whose bytes lie in one piece. */
  public static CodeCounts empty(DType dtype) {
    return new CodeCounts(dtype, new int[0], new long[0], new Place(-1, -1, -1, 0));
  }

  /**
   * The state of one counted part, from a count for each code of the dtype, zero where it does not
   * occur; else as {@link #of(DType, int[], long[], long, long, long, Integer)}.
   */
  public static CodeCounts of(
      DType dtype,
      long[] counts,
      long minIndex,
      long maxIndex,
      long nonFiniteIndex,
      Integer orderDigest) {
    if (!dtype.isCountedByCode() || counts.length != dtype.format().codes()) {
      throw new IllegalArgumentException(
          "Cannot hold "
              + counts.length
              + " counts of "
              + dtype
              + ": it needs one for each code of a floating dtype of at most 16 bits");
    }
    int[] codes = IntStream.range(0, counts.length).filter(code -> counts[code] != 0).toArray();
    long[] occurring = Arrays.stream(codes).mapToLong(code -> counts[code]).toArray();
    return of(dtype, codes, occurring, minIndex, maxIndex, nonFiniteIndex, orderDigest);
  }

  /**
   * The state of one counted part.
   *
   * @param codes that occur, ascending
   * @param counts of those codes, each at least one
   * @param minIndex index in the tensor, or −1 where nothing is finite
   * @param maxIndex index in the tensor, or −1 where nothing is finite
   * @param nonFiniteIndex index in the tensor, or −1 where all is finite
   * @param orderDigest contribution of the part, or null
   * @throws IllegalArgumentException if no part has these counts and this place
   */
  public static CodeCounts of(
      DType dtype,
      int[] codes,
      long[] counts,
      long minIndex,
      long maxIndex,
      long nonFiniteIndex,
      Integer orderDigest) {
    requireCounts(dtype, codes, counts);
    Place place = new Place(minIndex, maxIndex, nonFiniteIndex, orderDigest);
    CodeCounts state = new CodeCounts(dtype, codes.clone(), counts.clone(), place);
    String fault = state.placeFault();
    if (fault != null) {
      throw refusal(dtype, fault);
    }
    return state;
  }

  /** Counts of ascending codes, each at least one, without a place. */
  static CodeCounts of(DType dtype, int[] codes, long[] counts) {
    return new CodeCounts(dtype, codes, counts, Place.NONE);
  }

  private static void requireCounts(DType dtype, int[] codes, long[] counts) {
    if (!dtype.isCountedByCode() || codes.length != counts.length) {
      throw refusal(dtype, counts.length + " counts of " + codes.length + " codes");
    }
    int before = -1;
    for (int i = 0; i < codes.length; i++) {
      if (codes[i] <= before || codes[i] >= dtype.format().codes()) {
        throw refusal(dtype, "code " + codes[i] + " after " + before);
      }
      if (counts[i] <= 0) {
        throw refusal(dtype, "the count of code " + codes[i] + " is " + counts[i]);
      }
      before = codes[i];
    }
  }

  private static IllegalArgumentException refusal(DType dtype, String fault) {
    return new IllegalArgumentException(
        "Cannot hold counts of " + dtype + ": " + fault + "; hand in what one counter found");
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public long elements() {
    return elements;
  }

  /** Number of different codes. */
  public int distinctCodes() {
    return codes.length;
  }

  /** The i-th code that occurs, ascending. */
  public int code(int i) {
    return codes[i];
  }

  /** How often the i-th code occurs. */
  public long count(int i) {
    return counts[i];
  }

  /** The codes that occur, ascending; a copy. */
  public int[] codes() {
    return codes.clone();
  }

  /** How often each of {@link #codes} occurs; a copy. */
  public long[] counts() {
    return counts.clone();
  }

  @Override
  public long minIndex() {
    return place.minIndex();
  }

  @Override
  public long maxIndex() {
    return place.maxIndex();
  }

  @Override
  public long nonFiniteIndex() {
    return place.nonFiniteIndex();
  }

  @Override
  public Integer orderDigest() {
    return place.orderDigest();
  }

  @Override
  public CodeCounts withoutPlace() {
    return new CodeCounts(dtype, codes, counts, Place.NONE);
  }

  @Override
  public CodeCounts merge(TensorState state) {
    if (!(state instanceof CodeCounts other) || other.dtype != dtype) {
      throw MergeRefusal.of(this, state);
    }
    int[] mergedCodes = new int[codes.length + other.codes.length];
    long[] mergedCounts = new long[mergedCodes.length];
    int size = mergeInto(mergedCodes, mergedCounts, other);
    return new CodeCounts(
        dtype,
        Arrays.copyOf(mergedCodes, size),
        Arrays.copyOf(mergedCounts, size),
        Place.merge(place, extremes(), other.place, other.extremes()));
  }

  private int mergeInto(int[] mergedCodes, long[] mergedCounts, CodeCounts other) {
    int i = 0;
    int j = 0;
    int size = 0;
    while (i < codes.length || j < other.codes.length) {
      int left = i < codes.length ? codes[i] : Integer.MAX_VALUE;
      int right = j < other.codes.length ? other.codes[j] : Integer.MAX_VALUE;
      long count = left <= right ? counts[i++] : 0;
      if (right <= left) {
        count = Math.addExact(count, other.counts[j++]);
      }
      mergedCodes[size] = Math.min(left, right);
      mergedCounts[size++] = count;
    }
    return size;
  }

  private Extremes extremes() {
    return Extremes.of(dtype.format(), codes);
  }

  /** Why these counts do not have this place, or null. */
  String placeFault() {
    return place.fault(extremes(), elements);
  }

  private static long sumExact(long[] counts) {
    long sum = 0;
    for (long count : counts) {
      sum = Math.addExact(sum, count);
    }
    return sum;
  }

  @Override
  public byte[] toBytes() {
    return StateFormat.write(this);
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof CodeCounts other
        && dtype == other.dtype
        && Arrays.equals(codes, other.codes)
        && Arrays.equals(counts, other.counts)
        && place.equals(other.place);
  }

  @Override
  public int hashCode() {
    return Objects.hash(dtype, Arrays.hashCode(codes), Arrays.hashCode(counts), place);
  }

  @Override
  public String toString() {
    return elements + " elements of " + dtype + " in " + codes.length + " codes";
  }
}
