package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.compare.ElementOrder;
import io.ckptaudit.udfs.arrow.Span;
import io.ckptaudit.udfs.arrow.TaskMemory;
import io.ckptaudit.udfs.number.DType;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The elements of LEFT in the order of RIGHT: whole units are read into memory, and put in order
 * into another buffer.
 */
final class ReorderedStream implements ElementStream {

  /** The most bytes of a unit that can be put in order. */
  static final long LARGEST_UNIT = 32L << 20;

  private static final long WINDOW = 1L << 20;

  private final ElementStream source;
  private final ElementOrder order;
  private final int width;
  private final long window;
  private final long to;
  private final Span read;
  private final Span ordered;
  private long at;
  private Piece piece;
  private int taken;

  /**
   * @param order of whole units of elements that are not packed
   * @param from where the stretch begins: at a unit
   */
  ReorderedStream(
      ElementStream source,
      ElementOrder order,
      DType dtype,
      long from,
      long to,
      TaskMemory memory) {
    this.source = source;
    this.order = order;
    this.width = dtype.bits() / Byte.SIZE;
    this.at = from;
    this.to = to;
    long unit = order.unit();
    this.window = Math.max(1, WINDOW / width / unit) * unit;
    int bytes = Math.toIntExact(Math.min(window, to - from) * width);
    this.read = memory.allocate(bytes);
    this.ordered = memory.allocate(bytes);
  }

  @Override
  public Piece next() throws IOException {
    int elements = (int) Math.min(window, to - at);
    ByteBuffer raw = read.view();
    for (int filled = 0; filled < elements; ) {
      filled += take(raw, filled, elements - filled);
    }
    ByteBuffer put = ordered.view();
    int[] done = {0};
    long first = at;
    order.forEachRun(
        at,
        at + elements,
        (left, count) -> {
          int bytes = (int) count * width;
          put.put(done[0], raw, (int) (left - first) * width, bytes);
          done[0] += bytes;
        });
    at += elements;
    return new Piece(ordered.view(0, elements * width), elements);
  }

  /** Takes some elements of the source. */
  private int take(ByteBuffer raw, int filled, int most) throws IOException {
    if (piece == null || taken == piece.elements()) {
      piece = source.next();
      taken = 0;
    }
    int count = Math.min(most, piece.elements() - taken);
    int from = piece.bytes().position() + taken * width;
    raw.put(filled * width, piece.bytes(), from, count * width);
    taken += count;
    return count;
  }

  @Override
  public void close() throws IOException {
    read.close();
    ordered.close();
    source.close();
  }
}
