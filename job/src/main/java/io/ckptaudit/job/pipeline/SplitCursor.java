package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.arrow.Span;
import io.ckptaudit.udfs.arrow.SplitCounter;
import io.ckptaudit.udfs.state.TensorState;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Goes through the blocks of a task and counts one split after the other. */
final class SplitCursor implements AutoCloseable {

  /** No page of any machine is smaller. */
  private static final int PAGE = 4096;

  /** What is counted in one go after its pages were touched: still in the cache then. */
  private static final int TOUCHED = 1 << 20;

  private final BlockSource blocks;
  private FetchedBlock block;
  private int nextPiece;

  /** Keeps the compiler from leaving out reads that nothing else uses. */
  @SuppressWarnings("UnusedVariable")
  private long touched;

  SplitCursor(BlockSource blocks) {
    this.blocks = blocks;
  }

  /**
   * The state of a split; splits before it that were not asked for are passed over.
   *
   * @throws IOException if a block of it could not be read or its file has changed
   */
  TensorState count(Split split, SplitCounter counter) throws IOException {
    counter.reset();
    for (long done = 0; done < split.bytes(); ) {
      Block.Piece piece = pieceOf(split);
      try (Span span = block.bytesOf(piece)) {
        if (block.isMapped()) {
          countMapped(counter, span);
        } else {
          counter.add(span, piece.bytes());
        }
      }
      done += piece.bytes();
      if (piece.last()) {
        block.verifyUnchanged();
      }
    }
    return counter.finish(split.firstElement(), split.bytesAfter());
  }

  private Block.Piece pieceOf(Split split) throws IOException {
    while (true) {
      while (block == null || nextPiece == block.block().pieces().size()) {
        nextPiece = 0;
        block = null;
        block = blocks.next().orElseThrow();
      }
      Block.Piece piece = block.block().pieces().get(nextPiece++);
      if (piece.split() == split) {
        return piece;
      }
    }
  }

  /**
   * A page that is gone is met by a plain read, which the JVM survives; the loops that count may be
   * machine code of its own, in which it would not.
   */
  private void countMapped(SplitCounter counter, Span span) throws IOException {
    try {
      for (int from = 0; from < span.bytes(); ) {
        int bytes = Math.min(TOUCHED - TOUCHED % BlockPlan.GRAIN, span.bytes() - from);
        touch(span.view(from, bytes));
        try (Span part = span.part(from, bytes)) {
          counter.add(part, bytes);
        }
        from += bytes;
      }
    } catch (InternalError e) {
      // How the JVM reports a page of a mapping that is no longer there or cannot be read.
      throw new IOException("Cannot read a mapped window: " + e.getMessage(), e);
    }
  }

  private void touch(ByteBuffer bytes) {
    long sum = bytes.get(bytes.limit() - 1);
    for (int i = 0; i < bytes.limit(); i += PAGE) {
      sum += bytes.get(i);
    }
    touched += sum;
  }

  @Override
  public void close() throws IOException {
    block = null;
    blocks.close();
  }
}
