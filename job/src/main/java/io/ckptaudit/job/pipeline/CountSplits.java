package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.arrow.TaskMemory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/**
 * The work of a task: splits to (tensor key, {@link SplitOutcome}). Splits of one tensor are merged
 * before they leave the task. A split that cannot be read is an outcome, not a failed job.
 */
final class CountSplits implements PairFlatMapFunction<Iterator<ReadTask>, Long, byte[]> {

  private static final long serialVersionUID = 1L;

  private final Broadcast<Storages> storages;

  /** For the progress display alone: retried tasks count twice here, and nowhere else. */
  private final LongAccumulator bytesRead;

  CountSplits(Broadcast<Storages> storages, LongAccumulator bytesRead) {
    this.storages = storages;
    this.bytesRead = bytesRead;
  }

  @Override
  public Iterator<Tuple2<Long, byte[]>> call(Iterator<ReadTask> tasks) throws IOException {
    Map<Long, byte[]> outcomes = new LinkedHashMap<>();
    try (TaskMemory memory = TaskMemory.open("task " + TaskContext.get().taskAttemptId());
        SplitReader reader = new SplitReader(storages.value(), memory)) {
      while (tasks.hasNext()) {
        for (Split split : tasks.next().splits()) {
          TaskContext.get().killTaskIfInterrupted();
          outcomes.merge(split.tensor().toKey(), outcome(reader, split), SplitOutcome::merge);
          bytesRead.add(split.bytes());
        }
      }
    }
    List<Tuple2<Long, byte[]>> pairs = new ArrayList<>(outcomes.size());
    outcomes.forEach((key, outcome) -> pairs.add(new Tuple2<>(key, outcome)));
    return pairs.iterator();
  }

  private static byte[] outcome(SplitReader reader, Split split) {
    try {
      return SplitOutcome.of(reader.read(split));
    } catch (IOException e) {
      return SplitOutcome.ofFault(
          "Cannot read bytes "
              + split.offset()
              + " to "
              + (split.offset() + split.bytes())
              + ": "
              + e.getMessage());
    }
  }
}
