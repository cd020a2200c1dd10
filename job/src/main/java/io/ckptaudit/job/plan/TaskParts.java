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

  private final long most;
  private final int mostSplits;
  private final List<List<Split>> parts = new ArrayList<>();
  private List<Split> part = new ArrayList<>();
  private FileEntry file;
  private long start;
  private long end;

  private TaskParts(long most, int mostSplits) {
    this.most = most;
    this.mostSplits = mostSplits;
  }

  /**
   * The splits in their order, cut.
   *
   * @param most bytes from the first to the last of a part, if its splits can be cut so small; at
   *     least 1 KiB
   * @param mostSplits in a part: each has an outcome that waits until it is asked for
   */
  public static List<List<Split>> of(List<Split> splits, long most, int mostSplits) {
    TaskParts parts = new TaskParts(most - most % PlanSettings.GRAIN, mostSplits);
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
      long bytes = Math.min(split.bytes() - done, most);
      long before = Math.multiplyExact(done, (long) Byte.SIZE) / split.dtype().bits();
      add(split.part(done, bytes, before));
      done += bytes;
    } while (done < split.bytes());
  }

  private void add(Split split) {
    if (!continues(split)) {
      close();
      start = split.offset();
      end = start;
      file = split.file();
    }
    part.add(split);
    end = Math.max(end, split.offset() + split.bytes());
  }

  private boolean continues(Split split) {
    return !part.isEmpty()
        && part.size() < mostSplits
        && split.file().equals(file)
        && split.offset() >= end
        && split.offset() - end <= GAP
        && split.offset() + split.bytes() - start <= most;
  }

  private void close() {
    if (!part.isEmpty()) {
      parts.add(part);
      part = new ArrayList<>();
    }
  }
}
