package io.ckptaudit.job.checkpoint.safetensors;

import io.ckptaudit.udfs.number.DType;
import java.util.Comparator;
import java.util.List;

/**
 * A tensor as the header declares it.
 *
 * @param dtype null if the entry is not sound, as are shape and elements then
 * @param begin relative to the data; -1 with {@code end} if the entry states no usable range
 * @param nameAt where its name stands, in characters of the header
 */
record DeclaredTensor(
    String name, DType dtype, List<Long> shape, long elements, long begin, long end, long nameAt) {

  /** By place in the data, as the reference sorts them; then by place in the header. */
  static final Comparator<DeclaredTensor> BY_RANGE =
      Comparator.comparingLong(DeclaredTensor::begin)
          .thenComparingLong(DeclaredTensor::end)
          .thenComparingLong(DeclaredTensor::nameAt);

  /** Dtype, shape and range agree with each other; nothing is known of the file yet. */
  boolean isSound() {
    return dtype != null;
  }

  boolean isPlaced() {
    return begin >= 0;
  }

  boolean isPlacedAs(DeclaredTensor other) {
    return begin == other.begin && end == other.end;
  }

  long bytes() {
    return end - begin;
  }

  /** The same range, of which nothing but the range is to be believed. */
  DeclaredTensor unsound() {
    return new DeclaredTensor(name, null, List.of(), 0, begin, end, nameAt);
  }
}
