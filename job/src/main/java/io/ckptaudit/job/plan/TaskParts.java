package io.ckptaudit.job.plan;

import io.ckptaudit.job.io.FileEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * Cuts a task into parts that one request to a store can fetch: neighbours in one file, without
 * holes that would rather be skipped. Long splits are cut where every dtype has whole elements.
 */
public final class TaskParts {

  /** Bytes between two splits that are rather read than skipped. */
  public static final long GAP = 16 << 10;

  /**
   * The outcome of a split, in memory, is no larger; one of few elements is not much larger than
   * these.
   */
  private static final long LARGEST_OUTCOME = 512 << 10;

  /** What the outcome of a split without elements takes. */
  private static final long SMALLEST_OUTCOME = 1 << 10;

  /** A part is not filled up with less of itself than this: each piece costs a state. */
  private static final int SMALLEST_SHARE = 8;

  private final long most;
  private final long mostOutcomes;
  private final List<List<Split>> parts = new ArrayList<>();
  private List<Split> part = new ArrayList<>();
  private FileEntry file;
  private long start;
  private long end;
  private long outcomes;

  private TaskParts(long most, long mostOutcomes) {
    this.most = most;
    this.mostOutcomes = mostOutcomes;
  }

  /**
   * The splits in their order, cut.
   *
   * @param most bytes from the first to the last of a part, if its splits can be cut so small; at
   *     least 1 KiB
   * @param mostOutcomes bytes of memory that the outcomes of the splits of a part may take, which
   *     wait until they are asked for; of many small tensors these are as large as the tensors
   */
  public static List<List<Split>> of(List<Split> splits, long most, long mostOutcomes) {
    TaskParts parts = new TaskParts(most - most % PlanSettings.GRAIN, mostOutcomes);
    splits.forEach(parts::cut);
    parts.close();
    return parts.parts;
  }

  private void cut(Split split) {
    if (!split.isOneRun()) {
      add(split);
      return;
    }
    long done = 0;
    do {
      long bytes = Math.min(split.bytes() - done, room(split.offset() + done, split.file()));
      long before = Math.multiplyExact(done, (long) Byte.SIZE) / split.dtype().bits();
      add(split.part(done, bytes, before));
      done += bytes;
    } while (done < split.bytes());
  }

  /** How much of a split that goes on at an offset there is room for in this part or the next. */
  private long room(long offset, FileEntry of) {
    long left = continues(offset, of) ? start + most - offset : 0;
    long whole = left - left % PlanSettings.GRAIN;
    return whole >= most / SMALLEST_SHARE ? whole : most;
  }

  private void add(Split split) {
    long outcome = SMALLEST_OUTCOME + Math.min(split.bytes(), LARGEST_OUTCOME);
    if (!continues(split) || outcomes + outcome > mostOutcomes) {
      close();
      start = split.offset();
      end = start;
      file = split.file();
    }
    part.add(split);
    outcomes += outcome;
    end = Math.max(end, split.offset() + split.bytes());
  }

  private boolean continues(Split split) {
    return continues(split.offset(), split.file())
        && split.offset() + split.bytes() - start <= most;
  }

  private boolean continues(long offset, FileEntry of) {
    return !part.isEmpty() && of.equals(file) && offset >= end && offset - end <= GAP;
  }

  private void close() {
    if (!part.isEmpty()) {
      parts.add(part);
      part = new ArrayList<>();
    }
    outcomes = 0;
  }
}
