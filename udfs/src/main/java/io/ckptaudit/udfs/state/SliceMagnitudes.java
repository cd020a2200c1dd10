package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.MagnitudeKey;
import java.util.Arrays;

/**
 * The largest magnitude in each slice of a tensor along its first axis, of some part of it: rows of
 * an embedding, experts of a fused tensor.
 *
 * <p>In the unit of the values; one for each slice of which anything was seen. Exact, as {@link
 * MagnitudeKey}. A slice with a NaN or infinity has no magnitude but NaN; −0 is zero; subnormals
 * are values like others; the empty part is the identity of {@link #merge}, which takes the larger
 * of two, so a slice may be cut anywhere. Slices are numbered up to 2^31 − 2. Source: DESIGN §1.
 */
public final class SliceMagnitudes {

  private final DType dtype;
  private final int first;

  /** Of the slices from the first on: one more than its key, or 0 where nothing was seen. */
  private final long[] keys;

  /**
   * @param keys neither the first nor the last of them 0
   */
  SliceMagnitudes(DType dtype, int first, long[] keys) {
    this.dtype = dtype;
    this.first = first;
    this.keys = keys;
  }

  /** Nothing seen. */
  public static SliceMagnitudes empty(DType dtype) {
    return new SliceMagnitudes(dtype, 0, new long[0]);
  }

  /**
   * Of neighbouring slices.
   *
   * @param first number of the first
   * @param largest key in each
   */
  public static SliceMagnitudes of(DType dtype, int first, long[] largest) {
    if (largest.length == 0) {
      return empty(dtype);
    }
    long most = MagnitudeKey.notFinite(dtype.format());
    boolean fits = first >= 0 && first <= Integer.MAX_VALUE - 1 - largest.length;
    long[] keys = new long[largest.length];
    for (int i = 0; i < keys.length; i++) {
      fits &= largest[i] >= 0 && largest[i] <= most;
      keys[i] = largest[i] + 1;
    }
    if (!fits) {
      throw new IllegalArgumentException(
          "Cannot hold magnitudes of "
              + largest.length
              + " slices of "
              + dtype
              + " from "
              + first
              + " on: a number or key is out of range; hand in what was found");
    }
    return new SliceMagnitudes(dtype, first, keys);
  }

  public DType dtype() {
    return dtype;
  }

  /** The first slice of which anything was seen; 0 if nothing was. */
  public int first() {
    return first;
  }

  /** One more than the last slice of which anything was seen. */
  public int end() {
    return first + keys.length;
  }

  /** The largest magnitude in a slice; NaN if it has what is not finite, or was not seen. */
  public double largest(int slice) {
    boolean seen = slice >= first && slice < end() && keys[slice - first] > 0;
    return seen ? MagnitudeKey.value(dtype.format(), keys[slice - first] - 1) : Double.NaN;
  }

  /**
   * This part and another of the same tensor together.
   *
   * @throws IllegalArgumentException if the other is of another dtype
   */
  public SliceMagnitudes merge(SliceMagnitudes other) {
    if (other.dtype != dtype) {
      throw new IllegalArgumentException(
          "Cannot merge magnitudes of slices of "
              + dtype
              + " with those of "
              + other.dtype
              + ": they are no parts of one tensor; group them by tensor");
    }
    if (keys.length == 0 || other.keys.length == 0) {
      return keys.length == 0 ? other : this;
    }
    int from = Math.min(first, other.first);
    long[] merged = new long[Math.max(end(), other.end()) - from];
    System.arraycopy(keys, 0, merged, first - from, keys.length);
    for (int i = 0; i < other.keys.length; i++) {
      int at = other.first - from + i;
      merged[at] = Math.max(merged[at], other.keys[i]);
    }
    return new SliceMagnitudes(dtype, from, merged);
  }

  /** The keys as they are stored. */
  long[] keys() {
    return keys;
  }

  /** The canonical bytes: equal states have equal bytes. Layout: {@link SliceFormat}. */
  public byte[] toBytes() {
    return SliceFormat.write(this);
  }

  /**
   * The state of canonical bytes.
   *
   * @throws MalformedStateException if they are not
   */
  public static SliceMagnitudes fromBytes(byte[] bytes) {
    return SliceFormat.read(bytes);
  }

  @Override
  public boolean equals(Object object) {
    return object instanceof SliceMagnitudes other
        && dtype == other.dtype
        && first == other.first
        && Arrays.equals(keys, other.keys);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * dtype.hashCode() + first) + Arrays.hashCode(keys);
  }

  @Override
  public String toString() {
    return "magnitudes of slices " + first + " to " + end() + " of " + dtype;
  }
}
