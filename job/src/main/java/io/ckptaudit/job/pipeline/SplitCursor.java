package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.arrow.SliceCounter;
import io.ckptaudit.udfs.arrow.Span;
import io.ckptaudit.udfs.arrow.SpanCounter;
import io.ckptaudit.udfs.arrow.TaskMemory;
import io.ckptaudit.udfs.state.CombinableCrc;
import io.ckptaudit.udfs.state.SliceMagnitudes;
import io.ckptaudit.udfs.state.TensorState;
import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32;

/** Goes through the blocks of a task and counts one split after the other. */
final class SplitCursor implements Closeable {

  /** What of a mapping is counted in one go, half a millisecond after it was found to be there. */
  private static final int LOOK = (1 << 20) - (1 << 20) % BlockPlan.GRAIN;

  private final BlockSource blocks;
  private FetchedBlock block;
  private int nextPiece;
  private final TaskMemory memory;
  private final FileDigester digester;
  private final FileBudget.Clock clock;
  private final CRC32 crc32 = new CRC32();
  private Rearrangement rearrangement;

  /** Of the split under way; null if it has none. */
  private PlacedDigest placed;

  /**
   * @param digester of the files the blocks are of; null if nobody asks for them whole
   */
  SplitCursor(
      BlockSource blocks, TaskMemory memory, FileDigester digester, FileBudget.Clock clock) {
    this.digester = digester;
    this.blocks = blocks;
    this.memory = memory;
    this.clock = clock;
  }

  /**
   * What is learnt of a split; splits before it that were not asked for are passed over.
   *
   * @param slices new, for this split; empty if nobody asks for them
   * @throws IOException if a block of it could not be read, its file has changed or is over its
   *     budget
   */
  CountedSplit count(Split split, SpanCounter counter, Optional<SliceCounter> slices)
      throws IOException {
    counter.reset();
    crc32.reset();
    placed = PlacedDigest.of(split);
    boolean rearranged = Rearrangement.isNeeded(split);
    if (rearranged) {
      begin(split);
    }
    for (long done = 0; done < split.bytes(); ) {
      clock.at(split.file());
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
      SpanCounter counter,
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
    if (placed != null) {
      placed.add(part.view(0, bytes), from);
    }
    if (split.checksum() != null) {
      crc32.update(part.view(0, bytes));
    }
  }

  private CountedSplit finished(Split split, SpanCounter counter, SliceMagnitudes slices) {
    TensorState state =
        placed == null
            ? counter.finish(split::indexInTensor, split.isPlaced() ? split.bytesAfter() : -1)
            : counter.finishApart(split::indexInTensor, placed.contribution(split.bytesAfter()));
    SortedMap<Integer, TensorState> states = new TreeMap<>();
    states.put(
        split.copy(), split.isPlaced() ? state : state.repeated(split.arrangement().repeats()));
    SortedMap<Integer, Integer> checksums = new TreeMap<>();
    if (split.checksum() != null) {
      checksums.put(
          split.checksum().slice(),
          CombinableCrc.CRC32.contribution(
              (int) crc32.getValue(), split.bytes(), split.checksum().bytesAfter()));
    }
    return new CountedSplit(states, slices, checksums);
  }

  private Block.Piece pieceOf(Split split) throws IOException {
    while (true) {
      while (block == null || nextPiece == block.block().pieces().size()) {
        nextPiece = 0;
        block = null;
        block = digested(blocks.next().orElseThrow());
      }
      Block.Piece piece = block.block().pieces().get(nextPiece++);
      if (piece.split() == split) {
        return piece;
      }
    }
  }

  private FetchedBlock digested(FetchedBlock fetched) {
    if (digester != null) {
      digester.add(fetched);
    }
    return fetched;
  }

  /** Goes through the blocks that are left; the outcomes of files, if any were asked for. */
  Map<Long, FileOutcome> finish(Runnable beforeEachBlock) throws IOException {
    if (digester == null) {
      return Map.of();
    }
    block = null;
    Optional<FetchedBlock> left = blocks.next();
    while (left.isPresent()) {
      beforeEachBlock.run();
      digested(left.get());
      left = blocks.next();
    }
    return digester.finish();
  }

  private void countMapped(
      SpanCounter counter, Optional<SliceCounter> slices, Block.Piece piece, Span span, long done)
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
    } catch (RuntimeException e) {
      // A counter may stumble over bytes that change between two looks.
      block.verifyUnchanged();
      throw e;
    }
  }

  /** The outcomes of files up to one that takes too long. */
  Map<Long, FileOutcome> giveUp(FileEntry file) {
    return digester == null ? Map.of() : digester.giveUp(file);
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
