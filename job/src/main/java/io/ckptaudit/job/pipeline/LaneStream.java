package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.plan.ElementLanes;
import io.ckptaudit.udfs.arrow.Span;
import io.ckptaudit.udfs.number.DType;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;

/** The elements of one lane, as its blocks come by. */
final class LaneStream implements ElementStream {

  private final DType dtype;
  private final long turn;
  private final BlockSource blocks;
  private FetchedBlock block;
  private int nextPiece;
  private Span span;
  private int done;

  /**
   * @param blocks of the lane's splits alone
   */
  LaneStream(ElementLanes.Lane lane, BlockSource blocks) {
    this.dtype = lane.splits().get(0).dtype();
    this.turn = lane.turn();
    this.blocks = blocks;
  }

  long turn() {
    return turn;
  }

  @Override
  public Piece next() throws IOException {
    return next(Long.MAX_VALUE);
  }

  /** At most so many elements. */
  Piece next(long most) throws IOException {
    if (span == null || done == span.bytes()) {
      advance();
    }
    int left = elements(span.bytes() - done);
    int count = (int) Math.min(left, most);
    int bytes = (int) ((long) count * dtype.bits() / Byte.SIZE);
    ByteBuffer view = span.view(done, bytes);
    done += bytes;
    return new Piece(view, count);
  }

  private int elements(int bytes) {
    return (int) ((long) bytes * Byte.SIZE / dtype.bits());
  }

  private void advance() throws IOException {
    closeSpan();
    while (block == null || nextPiece == block.block().pieces().size()) {
      nextPiece = 0;
      block = blocks.next().orElseThrow(() -> new EOFException("No elements are left"));
    }
    span = block.bytesOf(block.block().pieces().get(nextPiece++));
    done = 0;
    block.verifyUnchanged();
  }

  private void closeSpan() {
    if (span != null) {
      span.close();
      span = null;
    }
  }

  @Override
  public void close() throws IOException {
    closeSpan();
    block = null;
    blocks.close();
  }
}
