package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.arrow.SliceCounter;
import io.ckptaudit.udfs.arrow.SplitCounter;
import io.ckptaudit.udfs.number.DType;
import java.util.Optional;

/** What splits are counted with. */
@FunctionalInterface
interface SplitCounters {

  /** A new counter of splits of a dtype, to be used for many. */
  SplitCounter counter(DType dtype);

  /** A new counter of the slices in a split, where they are asked for. */
  default Optional<SliceCounter> slices(Split split) {
    return Optional.empty();
  }
}
