package io.ckptaudit.udfs.arrow;

import io.ckptaudit.udfs.kernel.CodeCounter;
import io.ckptaudit.udfs.kernel.Kernels;
import io.ckptaudit.udfs.kernel.SpanCrc32c;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.CodeCounts;
import io.ckptaudit.udfs.state.OpaqueBytes;
import io.ckptaudit.udfs.state.OrderDigest;
import io.ckptaudit.udfs.state.TensorState;
import io.ckptaudit.udfs.state.WideCounts;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.function.LongUnaryOperator;

/**
 * Turns the spans of one split, in order, into the state of that split. Reusable: {@link #finish}
 * starts over. Floats of at most 16 bits are counted by code; F32 and F64 go through the conversion
 * functions to every target; other dtypes are only digested.
 *
 * <p>Holds Arrow memory of its own while a split of F32 or F64 is under way: from {@link #add} to
 * {@link #finish}, {@link #reset} or {@link #close}.
 */
public final class SplitCounter implements SpanCounter {

  private final DType dtype;
  private final CodeCounter codes;
  private final SpanCrc32c opaqueCrc = new SpanCrc32c();
  private final WideSplit wide;
  private long bytes;

  /**
   * @param functions that make the casts of F32 and F64
   * @param targets of those casts; F16 and BF16 are always among them
   */
  public SplitCounter(DType dtype, ConversionFunctions functions, Set<Target> targets) {
    this.dtype = dtype;
    this.wide = WideCounts.isFor(dtype) ? new WideSplit(dtype, functions, targets) : null;
    this.codes = dtype.isCountedByCode() ? Kernels.codeCounter(dtype.format()) : null;
  }

  @Override
  public void add(Span span, int length) {
    ByteBuffer view = span.view(0, length);
    bytes += length;
    if (codes != null) {
      codes.add(view);
    } else if (wide != null) {
      wide.add(view);
    } else {
      opaqueCrc.update(view);
    }
  }

  @Override
  public TensorState finish(LongUnaryOperator inTensor, long bytesAfter) {
    Integer digest =
        bytesAfter < 0 ? null : (Integer) OrderDigest.contribution(crc32c(), bytes, bytesAfter);
    return finishApart(inTensor, digest);
  }

  @Override
  public TensorState finishApart(LongUnaryOperator inTensor, Integer orderDigest) {
    TensorState state = state(inTensor, orderDigest);
    reset();
    return state;
  }

  private int crc32c() {
    if (wide != null) {
      return wide.crc32c();
    }
    return codes == null ? opaqueCrc.value() : codes.crc32c();
  }

  private TensorState state(LongUnaryOperator inTensor, Integer digest) {
    if (wide != null) {
      return wide.state(inTensor, digest);
    }
    if (codes == null) {
      return new OpaqueBytes(dtype, Math.multiplyExact(bytes, 8L) / dtype.bits(), digest);
    }
    int[] occurring = codes.codes();
    return CodeCounts.of(
        dtype,
        occurring,
        codes.counts(occurring),
        inTensor(inTensor, codes.firstMinIndex()),
        inTensor(inTensor, codes.firstMaxIndex()),
        inTensor(inTensor, codes.firstNonFiniteIndex()),
        digest);
  }

  /** Where there is no index, −1 stays −1. */
  static long inTensor(LongUnaryOperator inTensor, long index) {
    return index < 0 ? -1 : inTensor.applyAsLong(index);
  }

  @Override
  public void reset() {
    bytes = 0;
    opaqueCrc.reset();
    if (codes != null) {
      codes.reset();
    }
    if (wide != null) {
      wide.reset();
      wide.close();
    }
  }

  @Override
  public void close() {
    if (wide != null) {
      wide.close();
    }
  }
}
