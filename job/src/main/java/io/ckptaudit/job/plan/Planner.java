package io.ckptaudit.job.plan;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Cuts the tensors of checkpoints into splits and packs neighbours into tasks.
 *
 * <p>Tasks hold about {@link #TASK_BYTES}; with less to read than {@link #TASKS_PER_CORE} such
 * tasks a core, they get smaller, so that all cores are busy to the end, but not below {@link
 * #SMALLEST_TASK}: an empty task costs Spark 1 to 4 ms, in which a core counts several MiB. Who
 * asks for smaller splits than that gets tasks as small, so that tensors do meet across tasks.
 */
public final class Planner {

  static final long TASK_BYTES = 1L << 30;
  static final long SMALLEST_TASK = 16L << 20;
  static final int TASKS_PER_CORE = 4;

  private static final Comparator<Split> BY_PLACE =
      Comparator.comparingInt((Split split) -> split.tensor().checkpoint())
          .thenComparing(split -> split.file().uri())
          .thenComparingLong(Split::offset)
          .thenComparing(Split::tensor);

  private final long taskBytes;
  private final long splitBytes;

  private Planner(long totalBytes, PlanSettings settings) {
    long fair = totalBytes / Math.max(1, (long) settings.cores() * TASKS_PER_CORE);
    long smallest = Math.min(SMALLEST_TASK, settings.splitBytes());
    taskBytes = Math.min(TASK_BYTES, Math.max(smallest, fair));
    long cut = Math.min(settings.splitBytes(), taskBytes);
    splitBytes = cut - cut % PlanSettings.GRAIN;
  }

  /** The tasks that read every tensor of the checkpoints exactly once, in order of place. */
  public static List<ReadTask> plan(List<Checkpoint> checkpoints, PlanSettings settings) {
    long total =
        checkpoints.stream()
            .flatMap(checkpoint -> checkpoint.tensors().stream())
            .mapToLong(TensorEntry::bytes)
            .sum();
    Planner planner = new Planner(total, settings);
    List<Split> splits = new ArrayList<>();
    for (int c = 0; c < checkpoints.size(); c++) {
      Checkpoint checkpoint = checkpoints.get(c);
      for (int t = 0; t < checkpoint.tensors().size(); t++) {
        planner.cut(checkpoint, new TensorId(c, t), splits);
      }
    }
    splits.sort(BY_PLACE);
    return planner.pack(splits);
  }

  private void cut(Checkpoint checkpoint, TensorId id, List<Split> splits) {
    TensorEntry tensor = checkpoint.tensors().get(id.tensor());
    boolean inOnePiece = tensor.slices().size() == 1;
    long before = 0;
    for (Slice slice : tensor.slices()) {
      long done = 0;
      do {
        long bytes = Math.min(splitBytes, slice.bytes() - done);
        long start = before + done;
        splits.add(
            new Split(
                id,
                tensor.dtype(),
                checkpoint.shards().get(slice.shard()).file(),
                slice.offset() + done,
                bytes,
                elements(start, tensor),
                inOnePiece ? tensor.bytes() - start - bytes : -1));
        done += bytes;
      } while (done < slice.bytes());
      before += slice.bytes();
    }
  }

  /** Whole elements in a number of bytes that is a multiple of 24 or of the element. */
  private static long elements(long bytes, TensorEntry tensor) {
    return Math.multiplyExact(bytes, 8L) / tensor.dtype().bits();
  }

  private List<ReadTask> pack(List<Split> splits) {
    List<ReadTask> tasks = new ArrayList<>();
    ArrayList<Split> current = new ArrayList<>();
    long bytes = 0;
    for (Split split : splits) {
      if (!current.isEmpty() && bytes + split.bytes() > taskBytes) {
        tasks.add(new ReadTask(current));
        current = new ArrayList<>();
        bytes = 0;
      }
      current.add(split);
      bytes += split.bytes();
    }
    if (!current.isEmpty()) {
      tasks.add(new ReadTask(current));
    }
    return tasks;
  }
}
