package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.plan.Planner;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.udfs.arrow.KernelConversions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.broadcast.Broadcast;

/**
 * Finds out which of the files of a task ends the process that reads it. Each is read by itself, in
 * a job of its own, so that neither a neighbour in the task nor one in the same executor is blamed.
 */
final class PoisonedFiles {

  /** Processes that a file may take along before it is believed to be the one. */
  private static final int PROCESSES = 2;

  private static final int USUAL_FAILURES = 4;

  /** URIs a line, as a local property: the one thing that tasks of jobs to come are told. */
  private static final String PROPERTY = "spark.ckptaudit.poisoned";

  private final JavaSparkContext context;
  private final CountSplits counting;

  PoisonedFiles(JavaSparkContext context, CountSplits counting) {
    this.context = context;
    this.counting = counting;
  }

  /** Of work that counts no splits. */
  static PoisonedFiles read(JavaSparkContext context, Broadcast<Storages> storages, ReadPlan how) {
    ScaleSplitCounters counters = new ScaleSplitCounters(new KernelConversions());
    return new PoisonedFiles(
        context,
        new CountSplits(
            storages,
            how,
            context.broadcast(counters),
            BytesRead.create(context),
            lastAttempt(context)));
  }

  /**
   * The number, from 0, of the attempt after which Spark gives up a task, and with it the run. In
   * local mode a process that ends takes the run along anyway, and where tasks are tried once only
   * there is no attempt to spare.
   */
  static int lastAttempt(JavaSparkContext context) {
    int last = context.getConf().getInt("spark.task.maxFailures", USUAL_FAILURES) - 1;
    return context.isLocal() || last < 1 ? Integer.MAX_VALUE : last;
  }

  /**
   * What is not to be read again.
   *
   * @param files URIs
   * @param tensors that lie in them
   */
  record Poisoned(Set<String> files, Set<TensorId> tensors) {}

  Poisoned of(ReadPass pass, PlanSettings cuts) {
    Set<TensorId> suspects = pass.poisoned();
    if (suspects.isEmpty()) {
      return new Poisoned(Set.of(), Set.of());
    }
    List<Split> splits =
        Planner.plan(pass.checkpoints(), cuts, suspects::contains).stream()
            .flatMap(task -> task.splits().stream())
            .toList();
    Poisoned poisoned = new Poisoned(among(splits), new HashSet<>());
    splits.stream()
        .filter(split -> poisoned.files().contains(split.file().uri()))
        .forEach(split -> add(split.tensor(), pass, poisoned));
    return poisoned;
  }

  /** As {@link #among}, of splits that may have numbers of tensors in common by chance. */
  Set<String> amongPairs(List<Split> splits) {
    List<Split> numbered = new ArrayList<>();
    for (Split split : splits) {
      numbered.add(
          new Split(
              new TensorId(0, numbered.size()),
              split.dtype(),
              split.file(),
              split.offset(),
              split.bytes(),
              split.firstElement(),
              -1));
    }
    return among(numbered);
  }

  /** The files of splits, by URI, that end their process; tasks to come know them. */
  private Set<String> among(List<Split> splits) {
    Set<String> found = told(context.getLocalProperty(PROPERTY));
    for (ReadTask task : byFile(splits)) {
      String file = task.splits().get(0).file().uri();
      if (!found.contains(file) && isPoison(task)) {
        found.add(file);
        context.setLocalProperty(PROPERTY, String.join("\n", found));
      }
    }
    return found;
  }

  /** The files that a task is not to open, by URI, whatever attempt it is. */
  static Set<String> told(TaskContext running) {
    return told(running.getLocalProperty(PROPERTY));
  }

  private static Set<String> told(String files) {
    return files == null ? new HashSet<>() : new HashSet<>(List.of(files.split("\n", -1)));
  }

  /**
   * Whether such a file is in tasks. The outcomes of the first pass that were on the executors that
   * ended are computed again: this keeps that from ending some more.
   */
  static boolean areIn(List<ReadTask> tasks, TaskContext running) {
    Set<String> poisoned = told(running);
    return tasks.stream()
        .flatMap(task -> task.splits().stream())
        .anyMatch(split -> poisoned.contains(split.file().uri()));
  }

  /** Ends what {@link #of} told the tasks of this thread's jobs. */
  static void forget(JavaSparkContext context) {
    context.setLocalProperty(PROPERTY, null);
  }

  private static void add(TensorId tensor, ReadPass pass, Poisoned poisoned) {
    poisoned.tensors().add(tensor);
    poisoned.tensors().addAll(pass.models().value().readWith(tensor));
  }

  private static Iterable<ReadTask> byFile(List<Split> splits) {
    TreeMap<String, ReadTask> files = new TreeMap<>();
    for (Split split : splits) {
      files
          .computeIfAbsent(split.file().uri(), none -> new ReadTask(new ArrayList<>()))
          .splits()
          .add(split);
    }
    return files.values();
  }

  private boolean isPoison(ReadTask task) {
    int processes = Math.min(PROCESSES, lastAttempt(context));
    return context
        .parallelize(List.of(task), 1)
        .mapPartitions(new Trial(counting, processes))
        .collect()
        .contains(true);
  }

  /** Reads, and says nothing; or says, without reading, that it was read too often. */
  private record Trial(CountSplits counting, int processes)
      implements FlatMapFunction<Iterator<ReadTask>, Boolean> {

    @Override
    public Iterator<Boolean> call(Iterator<ReadTask> tasks) {
      if (TaskContext.get().attemptNumber() >= processes) {
        return List.of(true).iterator();
      }
      counting.call(tasks).forEachRemaining(outcome -> {});
      return List.of(false).iterator();
    }
  }
}
