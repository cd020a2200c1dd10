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

/**
 * Turns the spans of one split, in order, into the state of that split. Reusable: {@link #finish}
 * starts over. Floats of at most 16 bits are counted by code; F32 and F64 go through the conversion
 * functions to every target; other dtypes are only digested.
 *
 * <p>Holds Arrow memory of its own while a split of F32 or F64 is under way: from {@link #add} to
 * {@link #finish}, {@link #reset} or {@link #close}.
 */
public final class SplitCounter implements AutoCloseable {

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

  /** Adds the first bytes of a span: whole elements, in the order of the tensor. */
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

  /**
   * The state of the split, which began at an element of its tensor.
   *
   * @param bytesAfter bytes of the tensor after this split, or −1 where the tensor does not lie in
   *     one piece and so has no order digest
   */
  public TensorState finish(long firstElement, long bytesAfter) {
    Integer digest =
        bytesAfter < 0 ? null : (Integer) OrderDigest.contribution(crc32c(), bytes, bytesAfter);
    TensorState state = state(firstElement, digest);
    reset();
    return state;
  }

  private int crc32c() {
    if (wide != null) {
      return wide.crc32c();
    }
    return codes == null ? opaqueCrc.value() : codes.crc32c();
  }

  private TensorState state(long firstElement, Integer digest) {
    if (wide != null) {
      return wide.state(firstElement, digest);
    }
    if (codes == null) {
      return new OpaqueBytes(dtype, Math.multiplyExact(bytes, 8L) / dtype.bits(), digest);
    }
    int[] occurring = codes.codes();
    return CodeCounts.of(
        dtype,
        occurring,
        codes.counts(occurring),
        inTensor(firstElement, codes.firstMinIndex()),
        inTensor(firstElement, codes.firstMaxIndex()),
        inTensor(firstElement, codes.firstNonFiniteIndex()),
        digest);
  }

  private static long inTensor(long firstElement, long index) {
    return index < 0 ? -1 : firstElement + index;
  }

  /** Forgets what was added since the last {@link #finish}. */
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
