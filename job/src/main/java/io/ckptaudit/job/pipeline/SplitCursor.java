package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.arrow.Span;
import io.ckptaudit.udfs.arrow.SplitCounter;
import io.ckptaudit.udfs.state.TensorState;
import java.io.IOException;

/** Goes through the blocks of a task and counts one split after the other. */
final class SplitCursor implements AutoCloseable {

  /** What of a mapping is counted in one go, half a millisecond after it was found to be there. */
  private static final int LOOK = (1 << 20) - (1 << 20) % BlockPlan.GRAIN;

  private final BlockSource blocks;
  private FetchedBlock block;
  private int nextPiece;

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
          countMapped(counter, piece, span);
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

  private void countMapped(SplitCounter counter, Block.Piece piece, Span span) throws IOException {
    try {
      for (int from = 0; from < piece.bytes(); ) {
        int bytes = Math.min(LOOK, piece.bytes() - from);
        block.verifyReaches(piece.offset() + from + bytes);
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

  @Override
  public void close() throws IOException {
    block = null;
    blocks.close();
  }
}
