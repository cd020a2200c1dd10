package io.ckptaudit.job.compare;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * A tensor of one side, as its run stored it.
 *
 * @param narrowest dtype that holds every value; null if none is finite, or nothing is known
 * @param figures that do not depend on the order of elements, as text; null if there are none
 * @param roundings what casts of 32- and 64-bit values to F16 and BF16 changed
 * @param largest magnitude, infinities included; null if there is none, or nothing is known
 */
public record SideTensor(
    String name,
    DType dtype,
    List<Long> shape,
    long elements,
    Long crc32c,
    DType narrowest,
    String figures,
    Map<FloatFormat, Changes> roundings,
    Double largest)
    implements Serializable {

  /** The dtype that holds every value: where none is finite, any does. */
  DType held() {
    return narrowest == null ? DType.BF16 : narrowest;
  }
}
