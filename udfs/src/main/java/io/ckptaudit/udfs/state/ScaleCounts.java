package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.ScalingClass;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How often each {@link ScalingClass} occurs in some part of a floating tensor: what decides every
 * power-of-two scaling of it, exactly, for every target of at most 16 bits.
 *
 * <p>Counts of elements, without unit; the largest magnitude is a value. Zeros (−0 as well), NaN
 * and infinities are counted apart; subnormals are values like others; the empty part is the
 * identity of {@link #merge}. More than 2^63 − 1 elements throw {@link ArithmeticException}. There
 * is no order digest and no place. Some thousand classes for a tensor of F32, fewer for one of 16
 * bits. Source: DESIGN §3 (c).
 */
public final class ScaleCounts implements TensorState {

  private final DType dtype;
  private final SortedMap<Integer, Long> classes;
  private final long zero;
  private final long nan;
  private final long infinite;
  private final double largest;
  private final long finite;

  private ScaleCounts(
      DType dtype,
      SortedMap<Integer, Long> classes,
      long zero,
      long nan,
      long infinite,
      double largest) {
    this.dtype = dtype;
    this.classes = classes;
    this.zero = zero;
    this.nan = nan;
    this.infinite = infinite;
    this.largest = largest;
    this.finite = classes.values().stream().reduce(zero, Math::addExact);
  }

  /**
   * The state of one counted part.
   *
   * @param classes counts of at least one by {@link ScalingClass}
   * @param largest finite magnitude, 0 where no value is finite and not zero
   */
  public static ScaleCounts of(
      DType dtype,
      SortedMap<Integer, Long> classes,
      long zero,
      long nan,
      long infinite,
      double largest) {
    return new ScaleCounts(dtype, new TreeMap<>(classes), zero, nan, infinite, largest);
  }

  /** The same of a tensor that was counted by code. */
  public static ScaleCounts of(CodeCounts counts, FormatTables tables) {
    TreeMap<Integer, Long> classes = new TreeMap<>();
    long zero = 0;
    long nan = 0;
    long infinite = 0;
    double largest = 0;
    for (int i = 0; i < counts.distinctCodes(); i++) {
      double value = tables.value(counts.code(i));
      if (value == 0) {
        zero += counts.count(i);
      } else if (Double.isNaN(value)) {
        nan += counts.count(i);
      } else if (Double.isInfinite(value)) {
        infinite += counts.count(i);
      } else {
        classes.merge(ScalingClass.of(value), counts.count(i), Math::addExact);
        largest = Math.max(largest, Math.abs(value));
      }
    }
    return new ScaleCounts(counts.dtype(), classes, zero, nan, infinite, largest);
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  @Override
  public long elements() {
    return Math.addExact(finite, Math.addExact(nan, infinite));
  }

  /** Finite elements, zeros included. */
  public long finite() {
    return finite;
  }

  public long zero() {
    return zero;
  }

  public long nan() {
    return nan;
  }

  public long infinite() {
    return infinite;
  }

  /** The largest finite magnitude, or 0. */
  public double largest() {
    return largest;
  }

  SortedMap<Integer, Long> classes() {
    return classes;
  }

  /** The same values in the widest dtype, as part of a group of tensors of any. */
  public ScaleCounts asDoubles() {
    return new ScaleCounts(DType.F64, classes, zero, nan, infinite, largest);
  }

  @Override
  public ScaleCounts merge(TensorState state) {
    if (!(state instanceof ScaleCounts other) || other.dtype != dtype) {
      throw MergeRefusal.of(this, state);
    }
    TreeMap<Integer, Long> merged = new TreeMap<>(classes);
    other.classes.forEach((number, count) -> merged.merge(number, count, Math::addExact));
    return new ScaleCounts(
        dtype,
        merged,
        Math.addExact(zero, other.zero),
        Math.addExact(nan, other.nan),
        Math.addExact(infinite, other.infinite),
        Math.max(largest, other.largest));
  }

  @Override
  public Integer orderDigest() {
    return null;
  }

  @Override
  public ScaleCounts withoutPlace() {
    return this;
  }

  /** After the header of every state: what is written here, read by {@link #read}. */
  @Override
  public byte[] toBytes() {
    StateOutput out = StateFormat.header(StateFormat.SCALES, this);
    out.writeVarint(zero);
    out.writeVarint(nan);
    out.writeVarint(infinite);
    out.writeVarint(Double.doubleToRawLongBits(largest));
    out.writeVarint(classes.size());
    int previous = -1;
    for (var entry : classes.entrySet()) {
      out.writeVarint(entry.getKey() - previous - 1L);
      out.writeVarint(entry.getValue());
      previous = entry.getKey();
    }
    return out.toBytes();
  }

  static ScaleCounts read(StateInput in, DType dtype, long elements) {
    in.check(dtype.isFloating(), "scaling classes of " + dtype);
    long zero = in.readVarint();
    long nan = in.readVarint();
    long infinite = in.readVarint();
    double largest = Double.longBitsToDouble(in.readVarint());
    long size = in.readVarint();
    in.check(size <= in.remaining() / 2, size + " classes declared, too many for what is left");
    in.check(Double.isFinite(largest) && largest > 0 == size > 0, "a largest magnitude not of it");
    TreeMap<Integer, Long> classes = new TreeMap<>();
    in.check(zero <= elements && nan <= elements - zero, "more counted than there is");
    long left = elements - zero - nan - infinite;
    long number = -1;
    for (long i = 0; i < size; i++) {
      number += 1 + in.readVarint();
      in.check(ScalingClass.isValid(number), "an unknown scaling class");
      long count = in.readVarint();
      if (count <= 0 || count > left) {
        throw in.malformed("a count of " + count);
      }
      left -= count;
      classes.put((int) number, count);
    }
    in.check(left == 0, "counts that are not of " + elements + " elements");
    return new ScaleCounts(dtype, classes, zero, nan, infinite, largest);
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof ScaleCounts other && Arrays.equals(toBytes(), other.toBytes());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(toBytes());
  }

  @Override
  public String toString() {
    return elements() + " elements of " + dtype + " in " + classes.size() + " scaling classes";
  }
}
