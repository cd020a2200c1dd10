package io.ckptaudit.job.checkpoint;

import io.ckptaudit.udfs.number.DType;
import java.io.Serializable;
import java.util.List;

/**
 * A logical tensor and where its bytes are.
 *
 * @param name as the file has it; any characters
 * @param shape outermost first; empty for a scalar. A dimension of an empty tensor may be as large
 *     as {@link Long#MAX_VALUE}, so only {@code elements} counts
 * @param elements the product of the shape
 * @param bytes elements × bits / 8; of all slices together, unless they have an {@link Arrangement}
 * @param slices in order; one empty slice for a tensor without elements
 */
public record TensorEntry(
    String name, DType dtype, List<Long> shape, long elements, long bytes, List<Slice> slices)
    implements Serializable {}
