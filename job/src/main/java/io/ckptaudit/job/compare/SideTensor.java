package io.ckptaudit.job.compare;

import io.ckptaudit.udfs.number.DType;
import java.io.Serializable;
import java.util.List;

/**
 * A tensor of one side, as its run stored it.
 *
 * @param narrowest dtype that holds every value, or null
 * @param figures that do not depend on the order of elements, as text; null if there are none
 */
public record SideTensor(
    String name,
    DType dtype,
    List<Long> shape,
    long elements,
    Long crc32c,
    DType narrowest,
    String figures)
    implements Serializable {}
