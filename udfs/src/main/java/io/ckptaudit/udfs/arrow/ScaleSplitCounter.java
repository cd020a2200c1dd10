package io.ckptaudit.udfs.arrow;

import io.ckptaudit.udfs.kernel.ScaleCounter;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.state.ScaleCounts;
import java.util.TreeMap;
import java.util.function.LongUnaryOperator;

/** Counts the scaling classes of splits of F32 or F64. Holds no Arrow memory. */
public final class ScaleSplitCounter implements SpanCounter {

  private final DType dtype;
  private final ScaleCounter counter;

  public ScaleSplitCounter(DType dtype) {
    this.dtype = dtype;
    this.counter = new ScaleCounter(dtype.format());
  }

  @Override
  public void add(Span span, int length) {
    counter.add(span.view(0, length));
  }

  @Override
  public ScaleCounts finish(LongUnaryOperator inTensor, long bytesAfter) {
    TreeMap<Integer, Long> classes = new TreeMap<>();
    counter.drainTo(classes::put);
    ScaleCounts state =
        ScaleCounts.of(
            dtype, classes, counter.zero(), counter.nan(), counter.infinite(), counter.largest());
    reset();
    return state;
  }

  @Override
  public ScaleCounts finishApart(LongUnaryOperator inTensor, Integer orderDigest) {
    return finish(inTensor, -1);
  }

  @Override
  public void reset() {
    counter.reset();
  }

  @Override
  public void close() {
    reset();
  }
}
