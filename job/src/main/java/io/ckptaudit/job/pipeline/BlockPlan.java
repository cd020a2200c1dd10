package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.plan.Split;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.ToIntFunction;

/**
 * The blocks that hold the splits of a task, in order: neighbours share a block, so that many small
 * tensors cost few reads, and a long split is cut where every dtype has whole elements.
 */
final class BlockPlan implements Iterator<Block> {

  /** Every dtype has whole elements in so many bytes. */
  static final int GRAIN = 24;

  /** Bytes between two splits that are rather read than skipped. */
  private static final long GAP = 16 << 10;

  private final Iterator<Split> splits;
  private final ToIntFunction<FileEntry> limit;
  private Split split;
  private long done;

  /**
   * @param limit the most bytes of a block of a file
   */
  BlockPlan(List<Split> splits, ToIntFunction<FileEntry> limit) {
    this.splits = splits.iterator();
    this.limit = limit;
    advance();
  }

  /** To the next split that has bytes. */
  private void advance() {
    done = 0;
    do {
      split = splits.hasNext() ? splits.next() : null;
    } while (split != null && split.bytes() == 0);
  }

  @Override
  public boolean hasNext() {
    return split != null;
  }

  @Override
  public Block next() {
    if (split == null) {
      throw new NoSuchElementException();
    }
    FileEntry file = split.file();
    int most = limit.applyAsInt(file);
    long start = split.offset() + done;
    long end = start;
    List<Block.Piece> pieces = new ArrayList<>();
    while (split != null && continues(file, end)) {
      int offset = (int) (split.offset() + done - start);
      int bytes = fitting(most - offset);
      if (bytes <= 0) {
        break;
      }
      done += bytes;
      end = start + offset + bytes;
      pieces.add(new Block.Piece(split, offset, bytes, done == split.bytes()));
      if (done == split.bytes()) {
        advance();
      }
    }
    return new Block(file, start, (int) (end - start), pieces);
  }

  private boolean continues(FileEntry file, long end) {
    long at = split.offset() + done;
    return at >= end && at - end <= GAP && split.file().equals(file);
  }

  /** The rest of the split, or the part of it that fits. */
  private int fitting(int room) {
    long rest = split.bytes() - done;
    return rest <= room ? (int) rest : room - Math.floorMod(room, GRAIN);
  }
}
