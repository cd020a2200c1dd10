package io.ckptaudit.job.plan;

import io.ckptaudit.job.checkpoint.Checkpoint;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Packs whole files into tasks, where every byte of them is read: a digest is made from the first
 * byte to the last, so no two tasks can share a file. A task holds small files up to what {@link
 * Planner} would give it at first, or one file that is larger. The largest tasks come first, since
 * the last to begin decides when all are done.
 */
public final class FilePlanner {

  private static final Comparator<HashedFile> BY_PLACE =
      Comparator.comparingInt(HashedFile::checkpoint).thenComparing(file -> file.file().uri());

  private final long target;
  private final List<Part> parts = new ArrayList<>();
  private Part current = new Part();

  private FilePlanner(long target) {
    this.target = target;
  }

  /** A task, and the bytes of its files. */
  private static final class Part {
    private final ReadTask task = new ReadTask(new ArrayList<>());
    private long bytes;
  }

  /**
   * The tasks that read every tensor exactly once, as {@link Planner#plan} would, and every byte of
   * the files around them.
   *
   * @param files all in which there are tensors, and others
   */
  public static List<ReadTask> plan(
      List<Checkpoint> checkpoints, PlanSettings settings, List<HashedFile> files) {
    return plan(checkpoints, settings, files, tensor -> true);
  }

  /** As {@link #plan(List, PlanSettings, List)}, of some of the tensors. */
  public static List<ReadTask> plan(
      List<Checkpoint> checkpoints,
      PlanSettings settings,
      List<HashedFile> files,
      Predicate<TensorId> wanted) {
    List<HashedFile> sorted = new ArrayList<>(files);
    sorted.sort(BY_PLACE);
    Map<HashedFile, List<Split>> splits = new HashMap<>();
    Map<String, HashedFile> byPlace = new HashMap<>();
    sorted.forEach(file -> byPlace.put(place(file.checkpoint(), file.file().uri()), file));
    for (Split split : Planner.cutInFiles(checkpoints, settings, wanted)) {
      HashedFile file = byPlace.get(place(split.tensor().checkpoint(), split.file().uri()));
      splits.computeIfAbsent(file, none -> new ArrayList<>()).add(split);
    }
    long total = sorted.stream().mapToLong(file -> file.file().length()).sum();
    FilePlanner planner = new FilePlanner(Planner.firstTask(total, settings));
    sorted.forEach(file -> planner.add(file, splits.getOrDefault(file, List.of())));
    planner.close();
    planner.parts.sort(Collections.reverseOrder(Comparator.comparingLong(part -> part.bytes)));
    return planner.parts.stream().map(part -> part.task).toList();
  }

  private static String place(int checkpoint, String uri) {
    return checkpoint + " " + uri;
  }

  private void add(HashedFile file, List<Split> splits) {
    if (current.bytes + file.file().length() > target) {
      close();
    }
    current.task.files().add(file);
    current.task.splits().addAll(splits);
    current.bytes += file.file().length();
  }

  private void close() {
    if (!current.task.files().isEmpty()) {
      parts.add(current);
      current = new Part();
    }
  }
}
