package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.arrow.SliceCounter;
import io.ckptaudit.udfs.arrow.Span;
import io.ckptaudit.udfs.arrow.SplitCounter;
import java.io.IOException;
import java.util.Optional;

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
   * What a split holds; splits before it that were not asked for are passed over.
   *
   * @param slices new, for this split; empty if nobody asks for them
   * @throws IOException if a block of it could not be read or its file has changed
   */
  CountedSplit count(Split split, SplitCounter counter, Optional<SliceCounter> slices)
      throws IOException {
    counter.reset();
    for (long done = 0; done < split.bytes(); ) {
      Block.Piece piece = pieceOf(split);
      try (Span span = block.bytesOf(piece)) {
        if (block.isMapped()) {
          countMapped(counter, slices, piece, span);
        } else {
          add(span, piece.bytes(), counter, slices);
        }
      }
      done += piece.bytes();
      if (piece.last()) {
        block.verifyUnchanged();
      }
    }
    return new CountedSplit(
        counter.finish(split.firstElement(), split.bytesAfter()),
        slices.map(SliceCounter::finish).orElse(null));
  }

  /** The second look finds the bytes in a near cache. */
  private static void add(
      Span span, int bytes, SplitCounter counter, Optional<SliceCounter> slices) {
    counter.add(span, bytes);
    slices.ifPresent(of -> of.add(span, bytes));
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

  private void countMapped(
      SplitCounter counter, Optional<SliceCounter> slices, Block.Piece piece, Span span)
      throws IOException {
    try {
      for (int from = 0; from < piece.bytes(); ) {
        int bytes = Math.min(LOOK, piece.bytes() - from);
        block.verifyReaches(piece.offset() + from + bytes);
        try (Span part = span.part(from, bytes)) {
          add(part, bytes, counter, slices);
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
