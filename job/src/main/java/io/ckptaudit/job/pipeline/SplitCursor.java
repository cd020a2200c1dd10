package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Arrangement;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.arrow.SliceCounter;
import io.ckptaudit.udfs.arrow.Span;
import io.ckptaudit.udfs.arrow.SplitCounter;
import io.ckptaudit.udfs.arrow.TaskMemory;
import io.ckptaudit.udfs.state.CombinableCrc;
import io.ckptaudit.udfs.state.SliceMagnitudes;
import io.ckptaudit.udfs.state.TensorState;
import java.io.IOException;
import java.util.Optional;
import java.util.zip.CRC32;

/** Goes through the blocks of a task and counts one split after the other. */
final class SplitCursor implements AutoCloseable {

  /** What of a mapping is counted in one go, half a millisecond after it was found to be there. */
  private static final int LOOK = (1 << 20) - (1 << 20) % BlockPlan.GRAIN;

  private final BlockSource blocks;
  private FetchedBlock block;
  private int nextPiece;
  private final TaskMemory memory;
  private final CRC32 crc32 = new CRC32();
  private Rearrangement rearrangement;

  SplitCursor(BlockSource blocks, TaskMemory memory) {
    this.blocks = blocks;
    this.memory = memory;
  }

  /**
   * What is learnt of a split; splits before it that were not asked for are passed over.
   *
   * @param slices new, for this split; empty if nobody asks for them
   * @throws IOException if a block of it could not be read or its file has changed
   */
  CountedSplit count(Split split, SplitCounter counter, Optional<SliceCounter> slices)
      throws IOException {
    counter.reset();
    crc32.reset();
    boolean rearranged = Rearrangement.isNeeded(split);
    if (rearranged) {
      begin(split);
    }
    for (long done = 0; done < split.bytes(); ) {
      Block.Piece piece = pieceOf(split);
      try (Span span = block.bytesOf(piece)) {
        if (block.isMapped()) {
          countMapped(counter, slices, piece, span, done);
        } else {
          count(counter, slices, split, span, done, piece.bytes());
        }
      }
      done += piece.bytes();
      if (piece.last()) {
        block.verifyUnchanged();
      }
    }
    if (rearranged) {
      rearrangement.end(counter);
    }
    return finished(split, counter, slices.map(SliceCounter::finish).orElse(null));
  }

  private void begin(Split split) {
    if (rearrangement == null) {
      rearrangement = new Rearrangement(memory);
    }
    rearrangement.begin(split);
  }

  /**
   * Counts the elements in a part of the split that begins at {@code from} of it. The second look
   * finds the bytes in a near cache.
   */
  private void count(
      SplitCounter counter,
      Optional<SliceCounter> slices,
      Split split,
      Span part,
      long from,
      int bytes) {
    if (Rearrangement.isNeeded(split)) {
      rearrangement.add(part, from, bytes, counter);
    } else {
      counter.add(part, bytes);
      slices.ifPresent(of -> of.add(part, bytes));
    }
    if (split.crc32()) {
      crc32.update(part.view(0, bytes));
    }
  }

  private CountedSplit finished(Split split, SplitCounter counter, SliceMagnitudes slices) {
    Arrangement arrangement = split.arrangement();
    boolean placed = arrangement == null || arrangement.isPlaced();
    TensorState state = counter.finish(split.firstElement(), placed ? split.bytesAfter() : -1);
    Integer contribution =
        split.crc32()
            ? (Integer)
                CombinableCrc.CRC32.contribution(
                    (int) crc32.getValue(), split.bytes(), split.bytesAfter())
            : null;
    return new CountedSplit(
        placed ? state : state.repeated(arrangement.repeats()), slices, contribution);
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
      SplitCounter counter, Optional<SliceCounter> slices, Block.Piece piece, Span span, long done)
      throws IOException {
    try {
      for (int from = 0; from < piece.bytes(); ) {
        int bytes = Math.min(LOOK, piece.bytes() - from);
        block.verifyReaches(piece.offset() + from + bytes);
        try (Span part = span.part(from, bytes)) {
          count(counter, slices, piece.split(), part, done + from, bytes);
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
    if (rearrangement != null) {
      rearrangement.close();
      rearrangement = null;
    }
    blocks.close();
  }
}
