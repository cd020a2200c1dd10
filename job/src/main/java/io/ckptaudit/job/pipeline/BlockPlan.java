package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.job.plan.TaskParts;
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

  private final List<Split> splits;
  private final ToIntFunction<FileEntry> limit;
  private Split split;

  /** Index of the one after it. */
  private int following;

  private long done;
  private Block last;

  /**
   * @param limit the most bytes of a block of a file
   */
  BlockPlan(List<Split> splits, ToIntFunction<FileEntry> limit) {
    this.splits = splits;
    this.limit = limit;
    advance();
  }

  /** To the next split that has bytes. */
  private void advance() {
    done = 0;
    do {
      split = following < splits.size() ? splits.get(following++) : null;
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
    long runEnd = isInLastRun() ? last.end() : endOfRun();
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
    last = new Block(file, start, (int) (end - start), pieces, runEnd, null);
    return last;
  }

  private boolean isInLastRun() {
    return last != null && continues(last.file(), last.position() + last.bytes());
  }

  private long endOfRun() {
    long end = split.offset() + split.bytes();
    for (int i = following; i < splits.size(); i++) {
      Split next = splits.get(i);
      if (next.bytes() > 0) {
        if (!continues(next, next.offset(), split.file(), end)) {
          return end;
        }
        end = next.offset() + next.bytes();
      }
    }
    return end;
  }

  private boolean continues(FileEntry file, long end) {
    return continues(split, split.offset() + done, file, end);
  }

  private static boolean continues(Split split, long at, FileEntry file, long end) {
    return at >= end && at - end <= TaskParts.GAP && split.file().equals(file);
  }

  /** The rest of the split, or the part of it that fits. */
  private int fitting(int room) {
    long rest = split.bytes() - done;
    return rest <= room ? (int) rest : room - Math.floorMod(room, GRAIN);
  }
}
