package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.plan.Planner;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.SharedTensors;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.job.training.StepPair;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The same elements of a tensor in two steps.
 *
 * @param pair its index among the pairs
 */
record StepSplit(int pair, Split before, Split after) implements Serializable {

  /** Splits that one task reads one after the other. */
  record Task(ArrayList<StepSplit> splits) implements Serializable {

    long bytes() {
      return splits.stream().mapToLong(StepSplit::bytes).sum();
    }
  }

  Stream<Split> sides() {
    return Stream.of(before, after);
  }

  static Stream<Split> sides(List<Task> tasks) {
    return tasks.stream().flatMap(task -> task.splits().stream()).flatMap(StepSplit::sides);
  }

  /** Those of some pairs, in the same tasks. */
  static List<Task> ofPairs(List<Task> tasks, Set<Integer> pairs) {
    List<Task> some = new ArrayList<>();
    for (Task task : tasks) {
      ArrayList<StepSplit> splits = new ArrayList<>(task.splits());
      splits.removeIf(split -> !pairs.contains(split.pair()));
      if (!splits.isEmpty()) {
        some.add(new Task(splits));
      }
    }
    return some;
  }

  /** Of both sides. */
  long bytes() {
    return before.bytes() + after.bytes();
  }

  /** The tasks that read every pair once: BEFORE is cut, and AFTER where BEFORE is. */
  static List<Task> plan(
      Checkpoint before, Checkpoint after, List<StepPair> pairs, PlanSettings settings) {
    List<Task> tasks = new ArrayList<>();
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < pairs.size(); i++) {
      left.add(i);
    }
    while (!left.isEmpty()) {
      // Tensors that share their bytes in BEFORE need not share them in AFTER: a round for each.
      List<Integer> round = left;
      List<TensorEntry> tensors = round.stream().map(i -> pairs.get(i).before()).toList();
      Checkpoint part =
          new Checkpoint(
              before.uri(), before.revision(), null, before.shards(), tensors, List.of());
      for (ReadTask task : Planner.plan(List.of(part), settings)) {
        ArrayList<StepSplit> splits = new ArrayList<>();
        for (Split split : task.splits()) {
          int pair = round.get(split.tensor().tensor());
          splits.add(new StepSplit(pair, split, partner(split, pairs.get(pair), after)));
        }
        tasks.add(new Task(splits));
      }
      SharedTensors shared = SharedTensors.of(part);
      left = new ArrayList<>();
      for (int i = 0; i < round.size(); i++) {
        if (shared.isReadAsAnother(i)) {
          left.add(round.get(i));
        }
      }
    }
    return tasks;
  }

  private static Split partner(Split split, StepPair pair, Checkpoint after) {
    Slice from = pair.before().slices().get(0);
    Slice to = pair.after().slices().get(0);
    return new Split(
        split.tensor(),
        split.dtype(),
        after.shards().get(to.shard()).file(),
        to.offset() + (split.offset() - from.offset()),
        split.bytes(),
        split.firstElement(),
        -1);
  }
}
