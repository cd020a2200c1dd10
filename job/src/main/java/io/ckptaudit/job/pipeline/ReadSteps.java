package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.StepCursor.SideFault;
import io.ckptaudit.udfs.arrow.TaskMemory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/** The work of a task: splits of two steps to (pair, {@link StepOutcome}). */
final class ReadSteps implements PairFlatMapFunction<Iterator<StepSplit.Task>, Integer, byte[]> {

  private static final long serialVersionUID = 1L;

  private static final System.Logger LOG = System.getLogger(ReadSteps.class.getName());

  private final Broadcast<Storages> storages;
  private final ReadPlan plan;

  /** For the progress display alone. */
  private final BytesRead bytesRead;

  /** Number of the attempt that opens no file any more, from 0. */
  private final int lastAttempt;

  ReadSteps(Broadcast<Storages> storages, ReadPlan plan, BytesRead bytesRead, int lastAttempt) {
    this.storages = storages;
    this.plan = plan;
    this.bytesRead = bytesRead;
    this.lastAttempt = lastAttempt;
  }

  @Override
  public Iterator<Tuple2<Integer, byte[]>> call(Iterator<StepSplit.Task> tasks) throws IOException {
    TaskContext context = TaskContext.get();
    Storages stores = storages.value();
    List<Tuple2<Integer, byte[]>> outcomes = new ArrayList<>();
    try (TaskMemory memory = TaskMemory.open("steps " + context.taskAttemptId());
        StepReader reader =
            new StepReader(
                (file, policy) -> stores.forUri(file.uri()).open(file, policy), memory, plan)) {
      while (tasks.hasNext()) {
        List<StepSplit> splits = readable(tasks.next(), context, outcomes);
        reader.begin(splits);
        for (StepSplit split : splits) {
          context.killTaskIfInterrupted();
          outcomes.add(new Tuple2<>(split.pair(), outcome(reader, split)));
          split.sides().forEach(bytesRead::add);
        }
      }
    }
    return outcomes.iterator();
  }

  /** All splits but those of files that end their process, or may: their outcomes are added. */
  private List<StepSplit> readable(
      StepSplit.Task task, TaskContext context, List<Tuple2<Integer, byte[]>> outcomes) {
    Set<String> poisoned = PoisonedFiles.told(context);
    boolean isLast = context.attemptNumber() >= lastAttempt;
    List<StepSplit> splits = new ArrayList<>();
    for (StepSplit split : task.splits()) {
      boolean before = isLast || poisoned.contains(split.before().file().uri());
      if (before || poisoned.contains(split.after().file().uri())) {
        byte[] outcome = StepOutcome.of(before ? 0 : 1, ReadFault.POISON);
        outcomes.add(new Tuple2<>(split.pair(), outcome));
      } else {
        splits.add(split);
      }
    }
    return splits;
  }

  private static byte[] outcome(StepReader reader, StepSplit split) {
    try {
      return StepOutcome.of(reader.read(split));
    } catch (SideFault e) {
      var file = (e.side() == 0 ? split.before() : split.after()).file();
      LOG.log(Level.WARNING, "Cannot read " + Quoted.whole(file.uri()), e.fault());
      return StepOutcome.of(e.side(), ReadFault.of(e.fault()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
