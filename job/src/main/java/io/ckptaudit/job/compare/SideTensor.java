package io.ckptaudit.job.compare;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * A tensor of one side, as its run stored it.
 *
 * @param narrowest dtype that holds every value, or null
 * @param figures that do not depend on the order of elements, as text; null if there are none
 * @param roundings what casts of 32- and 64-bit values to F16 and BF16 changed
 */
public record SideTensor(
    String name,
    DType dtype,
    List<Long> shape,
    long elements,
    Long crc32c,
    DType narrowest,
    String figures,
    Map<FloatFormat, Changes> roundings)
    implements Serializable {}
