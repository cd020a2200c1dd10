package io.ckptaudit.udfs.arrow;

import io.ckptaudit.udfs.kernel.CodeCounter;
import io.ckptaudit.udfs.kernel.Kernels;
import io.ckptaudit.udfs.kernel.SpanCrc32c;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.state.CodeCounts;
import io.ckptaudit.udfs.state.OpaqueBytes;
import io.ckptaudit.udfs.state.OrderDigest;
import io.ckptaudit.udfs.state.TensorState;
import java.nio.ByteBuffer;

/**
 * Turns the spans of one split, in order, into the state of that split. Reusable: {@link #finish}
 * starts over. Dtypes that are not counted by code are only digested.
 */
public final class SplitCounter {

  private final DType dtype;
  private final CodeCounter codes;
  private final SpanCrc32c opaqueCrc = new SpanCrc32c();
  private long bytes;

  public SplitCounter(DType dtype) {
    this.dtype = dtype;
    this.codes = dtype.isCountedByCode() ? Kernels.codeCounter(dtype.format()) : null;
  }

  /** Adds the first bytes of a span: whole elements, in the order of the tensor. */
  public void add(Span span, int length) {
    ByteBuffer view = span.view(0, length);
    bytes += length;
    if (codes != null) {
      codes.add(view);
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
    int crc = codes == null ? opaqueCrc.value() : codes.crc32c();
    Integer digest =
        bytesAfter < 0 ? null : (Integer) OrderDigest.contribution(crc, bytes, bytesAfter);
    TensorState state =
        codes == null
            ? new OpaqueBytes(dtype, Math.multiplyExact(bytes, 8L) / dtype.bits(), digest)
            : counted(firstElement, digest);
    reset();
    return state;
  }

  private CodeCounts counted(long firstElement, Integer digest) {
    int[] occurring = codes.codes();
    return CodeCounts.of(
        dtype,
        occurring,
        codes.counts(occurring),
        inTensor(firstElement, codes.firstMinIndex()),
        inTensor(firstElement, codes.firstMaxIndex()),
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
  }
}
