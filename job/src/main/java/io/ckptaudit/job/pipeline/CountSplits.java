package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.ReadFailure;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.udfs.arrow.TaskMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/** The work of a task: splits to (tensor key, {@link SplitOutcome}), one tensor at a time. */
final class CountSplits implements PairFlatMapFunction<Iterator<ReadTask>, Long, byte[]> {

  private static final long serialVersionUID = 1L;

  private final Broadcast<Storages> storages;
  private final ReadPlan plan;
  private final Broadcast<? extends SplitCounters> counters;

  /** For the progress display alone: retried tasks count twice here, and nowhere else. */
  private final BytesRead bytesRead;

  /** Number of the attempt that opens no file any more, from 0. */
  private final int lastAttempt;

  CountSplits(
      Broadcast<Storages> storages,
      ReadPlan plan,
      Broadcast<? extends SplitCounters> counters,
      BytesRead bytesRead,
      int lastAttempt) {
    this.storages = storages;
    this.plan = plan;
    this.counters = counters;
    this.bytesRead = bytesRead;
    this.lastAttempt = lastAttempt;
  }

  @Override
  public Iterator<Tuple2<Long, byte[]>> call(Iterator<ReadTask> tasks) {
    TaskContext context = TaskContext.get();
    List<ReadTask> all = new ArrayList<>();
    tasks.forEachRemaining(all::add);
    if (context.attemptNumber() >= lastAttempt || PoisonedFiles.areIn(all, context)) {
      return poisoned(all);
    }
    TaskMemory memory = TaskMemory.open("task " + context.taskAttemptId());
    Storages stores = storages.value();
    PartsReader reader =
        new PartsReader(
            plan,
            how ->
                new SplitReader(
                    (file, policy) -> stores.forUri(file.uri()).open(file, policy),
                    memory,
                    how,
                    counters.value()));
    context.addTaskCompletionListener(
        ended -> {
          try (memory;
              reader) {
            // Both are closed, the reader first.
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    return new TensorOutcomes(
        all.iterator(), reader, bytesRead::add, context::killTaskIfInterrupted);
  }

  /**
   * What is left to say when every attempt before ended with its process: one of the files did it,
   * and which of them is found out apart from the others.
   */
  private static Iterator<Tuple2<Long, byte[]>> poisoned(List<ReadTask> tasks) {
    byte[] outcome = SplitOutcome.of(ReadFailure.of(ReadFault.POISON));
    List<Tuple2<Long, byte[]>> outcomes = new ArrayList<>();
    byte[] ofFile = FileOutcome.of(ReadFault.POISON, 0).toBytes();
    tasks.forEach(
        task -> {
          task.splits().stream()
              .map(split -> split.tensor().toKey())
              .distinct()
              .forEach(tensor -> outcomes.add(new Tuple2<>(tensor, outcome)));
          task.files().forEach(file -> outcomes.add(new Tuple2<>(file.toKey(), ofFile)));
        });
    return outcomes.iterator();
  }
}
