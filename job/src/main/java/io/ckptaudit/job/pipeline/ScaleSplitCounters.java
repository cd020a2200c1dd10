package io.ckptaudit.job.pipeline;

import io.ckptaudit.udfs.arrow.ConversionFunctions;
import io.ckptaudit.udfs.arrow.ScaleSplitCounter;
import io.ckptaudit.udfs.arrow.SpanCounter;
import io.ckptaudit.udfs.arrow.SplitCounter;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.state.WideCounts;
import java.io.Serializable;
import java.util.Set;

/**
 * Codes where there are few enough, scaling classes of wider floats: what all scales follow from.
 */
record ScaleSplitCounters(ConversionFunctions functions) implements SplitCounters, Serializable {

  @Override
  public SpanCounter counter(DType dtype) {
    return WideCounts.isFor(dtype)
        ? new ScaleSplitCounter(dtype)
        : new SplitCounter(dtype, functions, Set.of());
  }
}
