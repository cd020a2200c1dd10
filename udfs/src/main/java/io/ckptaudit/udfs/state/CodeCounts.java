package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import java.util.Arrays;
import java.util.Objects;

/**
 * How often each code occurs in some part of a tensor of at most 16 bits per element.
 *
 * <p>Counts of elements, without unit; sparse, ascending by code, every stored count at least one.
 * Exact. NaN codes, infinities, −0 and subnormals are codes like any other; the empty part has no
 * codes and is the identity of {@link #merge}. A count is a {@code long}: 10^13 elements need 44
 * bits of the 63, so 500,000 checkpoints of that size could be merged into one state; beyond 2^63 −
 * 1 merging throws instead of wrapping.
 *
 * <p>The two indices are of the first element, in the order of the tensor, that equals the smallest
 * and largest finite value; −0 and +0 are equal; −1 where nothing is finite.
 */
public final class CodeCounts implements TensorState {

  private final DType dtype;
  private final long elements;
  private final int[] codes;
  private final long[] counts;
  private final long minIndex;
  private final long maxIndex;
  private final Integer orderDigest;

  CodeCounts(
      DType dtype, int[] codes, long[] counts, long minIndex, long maxIndex, Integer orderDigest) {
    this.dtype = dtype;
    this.codes = codes;
    this.counts = counts;
    this.minIndex = minIndex;
    this.maxIndex = maxIndex;
    this.orderDigest = orderDigest;
    this.elements = sumExact(counts);
  }

  /** The identity for a tensor whose bytes lie in one piece. */
  public static CodeCounts empty(DType dtype) {
    return new CodeCounts(dtype, new int[0], new long[0], -1, -1, 0);
  }

  /**
   * The state of one counted part.
   *
   * @param counts by code, one for each code of the dtype
   * @param minIndex index in the tensor, or −1
   * @param maxIndex index in the tensor, or −1
   * @param orderDigest contribution of the part, or null
   */
  public static CodeCounts of(
      DType dtype, long[] counts, long minIndex, long maxIndex, Integer orderDigest) {
    if (counts.length != dtype.format().codes()) {
      throw new IllegalArgumentException(
          "Cannot hold " + counts.length + " counts of " + dtype + ": it has another number");
    }
    int distinct = (int) Arrays.stream(counts).filter(count -> count != 0).count();
    int[] codes = new int[distinct];
    long[] sparse = new long[distinct];
    int next = 0;
    for (int code = 0; code < counts.length; code++) {
      if (counts[code] != 0) {
        codes[next] = code;
        sparse[next++] = counts[code];
      }
    }
    return new CodeCounts(dtype, codes, sparse, minIndex, maxIndex, orderDigest);
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

  public int[] codes() {
    return codes.clone();
  }

  public long[] counts() {
    return counts.clone();
  }

  public long minIndex() {
    return minIndex;
  }

  public long maxIndex() {
    return maxIndex;
  }

  @Override
  public Integer orderDigest() {
    return orderDigest;
  }

  /** The same counts as part of a group of tensors, where indices and order mean nothing. */
  public CodeCounts withoutPlace() {
    return new CodeCounts(dtype, codes, counts, -1, -1, null);
  }

  @Override
  public CodeCounts merge(TensorState state) {
    if (!(state instanceof CodeCounts other) || other.dtype != dtype) {
      throw new IllegalArgumentException(
          "Cannot merge code counts of " + dtype + " with a state of " + state.dtype());
    }
    int[] mergedCodes = new int[codes.length + other.codes.length];
    long[] mergedCounts = new long[mergedCodes.length];
    int size = mergeInto(mergedCodes, mergedCounts, other);
    return new CodeCounts(
        dtype,
        Arrays.copyOf(mergedCodes, size),
        Arrays.copyOf(mergedCounts, size),
        firstIndex(smallest(), minIndex, other.smallest(), other.minIndex),
        firstIndex(-largest(), maxIndex, -other.largest(), other.maxIndex),
        mergeDigests(orderDigest, other.orderDigest));
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

  /** Index of the smaller key; of equal keys the smaller index; −1 stands for no key at all. */
  private static long firstIndex(double key, long index, double otherKey, long otherIndex) {
    if (index < 0 || otherIndex < 0) {
      return Math.max(index, otherIndex);
    }
    if (key == otherKey) {
      return Math.min(index, otherIndex);
    }
    return key < otherKey ? index : otherIndex;
  }

  /** The smallest finite value, or NaN. */
  double smallest() {
    return extreme(1);
  }

  /** The largest finite value, or NaN. */
  double largest() {
    return -extreme(-1);
  }

  private double extreme(int sign) {
    FloatFormat format = dtype.format();
    double smallest = Double.NaN;
    for (int code : codes) {
      if (format.isFinite(code)) {
        double value = sign * format.decode(code);
        smallest = smallest <= value ? smallest : value;
      }
    }
    return smallest;
  }

  static Integer mergeDigests(Integer a, Integer b) {
    return a == null || b == null ? null : Integer.valueOf(a ^ b);
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
        && minIndex == other.minIndex
        && maxIndex == other.maxIndex
        && Objects.equals(orderDigest, other.orderDigest);
  }

  @Override
  public int hashCode() {
    return Objects.hash(dtype, Arrays.hashCode(codes), Arrays.hashCode(counts), minIndex, maxIndex);
  }

  @Override
  public String toString() {
    return elements + " elements of " + dtype + " in " + codes.length + " codes";
  }
}
