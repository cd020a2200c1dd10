package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.udfs.arrow.TaskMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/** The work of a task: splits to (tensor key, {@link SplitOutcome}), one tensor at a time. */
final class CountSplits implements PairFlatMapFunction<Iterator<ReadTask>, Long, byte[]> {

  private static final long serialVersionUID = 1L;

  private final Broadcast<Storages> storages;
  private final ReadPlan plan;
  private final Broadcast<AuditedModels> models;

  /** For the progress display alone: retried tasks count twice here, and nowhere else. */
  private final LongAccumulator bytesRead;

  CountSplits(
      Broadcast<Storages> storages,
      ReadPlan plan,
      Broadcast<AuditedModels> models,
      LongAccumulator bytesRead) {
    this.storages = storages;
    this.plan = plan;
    this.models = models;
    this.bytesRead = bytesRead;
  }

  @Override
  public Iterator<Tuple2<Long, byte[]>> call(Iterator<ReadTask> tasks) {
    TaskContext context = TaskContext.get();
    TaskMemory memory = TaskMemory.open("task " + context.taskAttemptId());
    Storages stores = storages.value();
    SplitReader reader =
        new SplitReader(
            (file, policy) -> stores.forUri(file.uri()).open(file, policy),
            memory,
            plan,
            models.value());
    context.addTaskCompletionListener(
        ended -> {
          try (memory;
              reader) {
            // Both are closed, the reader first.
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
    return new TensorOutcomes(tasks, reader, bytesRead::add, context::killTaskIfInterrupted);
  }
}
