package io.ckptaudit.job.checkpoint;

import io.ckptaudit.udfs.number.DType;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/**
 * A logical tensor and where its bytes are.
 *
 * @param name as the file has it; any characters
 * @param shape outermost first; empty for a scalar. A dimension of an empty tensor may be as large
 *     as {@link Long#MAX_VALUE}, so only {@code elements} counts
 * @param elements the product of the shape
 * @param bytes elements × bits / 8; of all slices together, unless they have an {@link Arrangement}
 * @param slices in order; one empty slice for a tensor without elements
 * @param copies the slices of further copies, which must hold the same and are not counted
 */
public record TensorEntry(
    String name,
    DType dtype,
    List<Long> shape,
    long elements,
    long bytes,
    List<Slice> slices,
    List<List<Slice>> copies)
    implements Serializable {

  /** A tensor that is there once. */
  public TensorEntry(
      String name, DType dtype, List<Long> shape, long elements, long bytes, List<Slice> slices) {
    this(name, dtype, shape, elements, bytes, slices, List.of());
  }

  /** Its slices, then those of its copies: what is read of it. */
  public List<Slice> allSlices() {
    return copies.isEmpty()
        ? slices
        : Stream.concat(slices.stream(), copies.stream().flatMap(List::stream)).toList();
  }

  /** The slices of the tensor itself, which is copy 0, or of another copy. */
  public List<Slice> copy(int number) {
    return number == 0 ? slices : copies.get(number - 1);
  }
}
