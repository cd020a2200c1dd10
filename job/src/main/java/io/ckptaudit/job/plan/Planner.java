package io.ckptaudit.job.plan;

import io.ckptaudit.job.checkpoint.Arrangement;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Placement;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Predicate;

/**
 * Cuts the tensors of checkpoints into splits and packs neighbours into tasks.
 *
 * <p>A task holds its share of what is left to read: at most {@link #TASK_BYTES}, half of a core's
 * part of everything, and nine tenths of a core's part of the rest. So tasks get smaller towards
 * the end, and no core waits long for the last one. They do not get smaller than {@link
 * #SMALLEST_TASK}, nor than a twelfth of the first: a task costs a core some 20 ms beside its
 * reading, in which it counts several tens of MiB. Who asks for smaller splits than that gets tasks
 * as small, so that tensors do meet across tasks.
 */
public final class Planner {

  static final long TASK_BYTES = 2L << 30;
  static final long SMALLEST_TASK = 16L << 20;
  static final int TASKS_PER_CORE = 2;

  /** Tenths of a core's part of what is left. */
  private static final int SHARE_OF_REST = 9;

  /** The smallest of a large checkpoint, of its largest. */
  private static final int SMALLEST_TASK_SHARE = 12;

  /** A task is not filled up with less of a tensor than this: each piece costs a state. */
  private static final long SMALLEST_CUT = 1L << 20;

  private static final Comparator<Split> BY_PLACE =
      Comparator.comparingInt((Split split) -> split.tensor().checkpoint())
          .thenComparing(split -> split.file().uri())
          .thenComparingLong(Split::offset)
          .thenComparing(Split::tensor)
          .thenComparingInt(Split::copy);

  private final long splitBytes;
  private final long smallestTask;
  private final long fairTask;
  private final long cores;
  private final List<ReadTask> tasks = new ArrayList<>();
  private ArrayList<Split> current = new ArrayList<>();
  private long left;
  private long room;
  private boolean unlimited;

  private Planner(long totalBytes, PlanSettings settings) {
    cores = Math.max(1, settings.cores());
    splitBytes = multipleOfGrain(settings.splitBytes());
    fairTask = Math.min(TASK_BYTES, totalBytes / (cores * TASKS_PER_CORE));
    smallestTask = Math.min(Math.max(SMALLEST_TASK, fairTask / SMALLEST_TASK_SHARE), splitBytes);
    left = totalBytes;
    room = target();
  }

  private static long multipleOfGrain(long bytes) {
    return bytes - bytes % PlanSettings.GRAIN;
  }

  private long target() {
    if (unlimited) {
      return Long.MAX_VALUE / 2;
    }
    return Math.max(smallestTask, Math.min(fairTask, left * SHARE_OF_REST / 10 / cores));
  }

  /**
   * The tasks that read every tensor of the checkpoints and its copies exactly once, in order of
   * place; of tensors that are {@linkplain SharedTensors the same bytes} the first.
   */
  public static List<ReadTask> plan(List<Checkpoint> checkpoints, PlanSettings settings) {
    return plan(checkpoints, settings, tensor -> true);
  }

  /** As {@link #plan(List, PlanSettings)}, of some of the tensors. */
  public static List<ReadTask> plan(
      List<Checkpoint> checkpoints, PlanSettings settings, Predicate<TensorId> wanted) {
    List<Split> slices = slices(checkpoints, wanted);
    Planner planner = new Planner(ReadTask.bytes(slices), settings);
    slices.forEach(planner::cutRuns);
    planner.close();
    return planner.tasks;
  }

  /** The same splits in the same order, cut by their size alone: a task may take a whole file. */
  static List<Split> cutInFiles(
      List<Checkpoint> checkpoints, PlanSettings settings, Predicate<TensorId> wanted) {
    Planner planner = new Planner(Long.MAX_VALUE, settings);
    planner.unlimited = true;
    planner.room = planner.target();
    slices(checkpoints, wanted).forEach(planner::cutRuns);
    return planner.current;
  }

  /** What the first task of so many bytes would hold. */
  static long firstTask(long totalBytes, PlanSettings settings) {
    return new Planner(totalBytes, settings).target();
  }

  /** What is read of the tensors of checkpoints, in order of place. */
  private static List<Split> slices(List<Checkpoint> checkpoints, Predicate<TensorId> wanted) {
    List<Split> slices = new ArrayList<>();
    for (int c = 0; c < checkpoints.size(); c++) {
      Checkpoint checkpoint = checkpoints.get(c);
      SharedTensors shared = SharedTensors.of(checkpoint);
      for (int t = 0; t < checkpoint.tensors().size(); t++) {
        TensorId tensor = new TensorId(c, t);
        if (!shared.isReadAsAnother(t) && wanted.test(tensor)) {
          addSlices(checkpoint, tensor, slices);
        }
      }
    }
    slices.sort(BY_PLACE);
    return slices;
  }

  /** Each slice of a tensor and of its copies as one split. */
  private static void addSlices(Checkpoint checkpoint, TensorId id, List<Split> slices) {
    TensorEntry tensor = checkpoint.tensors().get(id.tensor());
    int number = 0;
    for (int copy = 0; copy <= tensor.copies().size(); copy++) {
      List<Slice> ofCopy = tensor.copy(copy);
      long before = 0;
      for (Slice slice : ofCopy) {
        boolean recorded = slice.isOneRun() && slice.crc32() != null;
        long first = elements(before, tensor.dtype().bits());
        slices.add(
            new Split(
                id,
                copy,
                tensor.dtype(),
                checkpoint.shards().get(slice.shard()).file(),
                slice.offset(),
                slice.bytes(),
                slice.placement() == null ? first : slice.placement().first(),
                bytesAfter(tensor, ofCopy, slice),
                slice.arrangement(),
                slice.placement(),
                recorded ? new Split.Checksum(number, 0) : null));
        before += slice.elementBytes();
        number++;
      }
    }
  }

  /** Bytes of the tensor after the slice; −1 if the slice has no order digest. */
  private static long bytesAfter(TensorEntry tensor, List<Slice> ofCopy, Slice slice) {
    Placement placement = slice.placement();
    if (placement == null) {
      return ofCopy.size() == 1 && slice.isOneRun() ? 0 : -1;
    }
    int bits = tensor.dtype().bits();
    if (slice.arrangement() != null || !placement.isOfBytes(bits)) {
      return -1;
    }
    long last = placement.first() + elements(slice.bytes(), bits) - 1;
    return tensor.bytes() - (placement.indexOf(last) + 1) * bits / Byte.SIZE;
  }

  /** Whole elements in a number of bytes that is a multiple of 24 or of the element. */
  private static long elements(long bytes, int bits) {
    return Math.multiplyExact(bytes, 8L) / bits;
  }

  /** Cuts a slice between steps of its outermost axis, so long as it has any. */
  private void cutRuns(Split slice) {
    if (slice.isOneRun()) {
      cut(slice);
      return;
    }
    Arrangement.Axis axis = slice.arrangement().axes().get(0);
    long extent = slice.arrangement().stepExtent();
    long stepElements =
        elements(slice.arrangement().ofSteps(1).elementBytes(extent), slice.dtype().bits());
    for (long done = 0; done < axis.count(); ) {
      if (extent > room && room < target()) {
        close();
      }
      long steps = extent > room ? 1 : (room - extent) / axis.stride() + 1;
      steps = Math.min(Math.min(steps, axis.count() - done), mostSteps(extent, axis.stride()));
      Split part =
          slice.steps(
              done * axis.stride(),
              extent + (steps - 1) * axis.stride(),
              done * stepElements,
              steps);
      if (steps == 1 && extent > splitBytes) {
        cutRuns(part);
      } else {
        add(part);
      }
      done += steps;
    }
  }

  private long mostSteps(long extent, long stride) {
    return extent > splitBytes ? 1 : (splitBytes - extent) / stride + 1;
  }

  private void cut(Split slice) {
    long done = 0;
    do {
      long rest = slice.bytes() - done;
      long bytes = Math.min(splitBytes, rest);
      if (bytes > room) {
        long part = multipleOfGrain(room);
        if (part >= Math.min(SMALLEST_CUT, splitBytes)) {
          bytes = part;
        } else {
          close();
          bytes = Math.min(bytes, multipleOfGrain(room));
        }
      }
      add(slice.part(done, bytes, elements(done, slice.dtype().bits())));
      done += bytes;
    } while (done < slice.bytes());
  }

  private void add(Split split) {
    current.add(split);
    room -= split.bytes();
    left -= split.bytes();
  }

  private void close() {
    if (!current.isEmpty()) {
      tasks.add(new ReadTask(current));
      current = new ArrayList<>();
    }
    room = target();
  }
}
