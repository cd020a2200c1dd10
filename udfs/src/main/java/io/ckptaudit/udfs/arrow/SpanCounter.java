package io.ckptaudit.udfs.arrow;

import io.ckptaudit.udfs.state.TensorState;
import java.util.function.LongUnaryOperator;

/** Turns the spans of one split, in order, into a state of that split, and starts over. */
public interface SpanCounter extends AutoCloseable {

  /** Adds the first bytes of a span: whole elements, in the order of the tensor. */
  void add(Span span, int length);

  /**
   * The state of the split.
   *
   * @param inTensor index in the tensor by index in the split, ascending, so that the first of
   *     equal values in the split is the first of them in the tensor
   * @param bytesAfter bytes of the tensor after this split, or −1 where the tensor does not lie in
   *     one piece and so has no order digest
   */
  TensorState finish(LongUnaryOperator inTensor, long bytesAfter);

  /**
   * The same of a split whose bytes are not all together in the tensor.
   *
   * @param orderDigest what they contribute to the order digest, or null
   */
  TensorState finishApart(LongUnaryOperator inTensor, Integer orderDigest);

  /** The same of a split whose elements follow one another from this one on. */
  default TensorState finish(long firstElement, long bytesAfter) {
    return finish(index -> firstElement + index, bytesAfter);
  }

  /** Forgets what was added since the last {@link #finish}. */
  void reset();

  @Override
  void close();
}
