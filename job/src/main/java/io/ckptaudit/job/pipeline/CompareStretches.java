package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.compare.ElementImage;
import io.ckptaudit.job.compare.ElementOrder;
import io.ckptaudit.job.compare.ElementTrial;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.ElementStretch;
import io.ckptaudit.udfs.arrow.ConversionFunctions;
import io.ckptaudit.udfs.arrow.TaskMemory;
import java.io.IOException;
import java.io.Serializable;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/** The work of tasks that compare elements: stretches to (index of the pair, outcome). */
final class CompareStretches
    implements PairFlatMapFunction<Iterator<ElementStretch.Task>, Integer, byte[]> {

  private static final long serialVersionUID = 1L;

  private static final System.Logger LOG = System.getLogger(CompareStretches.class.getName());

  /** A way to hold the elements of a pair against each other. */
  record Way(ElementTrial trial, ElementOrder order, ElementStretch whole)
      implements Serializable {}

  private final Broadcast<Storages> storages;
  private final ReadPlan plan;
  private final ConversionFunctions functions;
  private final Broadcast<HashMap<Integer, ElementImage>> images;
  private final Broadcast<HashMap<Integer, ElementOrder>> orders;

  /** For the progress display alone. */
  private final BytesRead bytesRead;

  /** Number of the attempt that opens no file any more, from 0. */
  private final int lastAttempt;

  CompareStretches(
      Broadcast<Storages> storages,
      ReadPlan plan,
      ConversionFunctions functions,
      Broadcast<HashMap<Integer, ElementImage>> images,
      Broadcast<HashMap<Integer, ElementOrder>> orders,
      BytesRead bytesRead,
      int lastAttempt) {
    this.storages = storages;
    this.plan = plan;
    this.functions = functions;
    this.images = images;
    this.orders = orders;
    this.bytesRead = bytesRead;
    this.lastAttempt = lastAttempt;
  }

  @Override
  public Iterator<Tuple2<Integer, byte[]>> call(Iterator<ElementStretch.Task> tasks) {
    TaskContext context = TaskContext.get();
    boolean isLast = context.attemptNumber() >= lastAttempt;
    Set<String> poisoned = PoisonedFiles.told(context);
    Map<Integer, byte[]> outcomes = new HashMap<>();
    try (TaskMemory memory = TaskMemory.open("task " + context.taskAttemptId());
        StretchComparer comparer = comparer(storages.value(), memory, plan, functions)) {
      while (tasks.hasNext()) {
        for (ElementStretch stretch : tasks.next().stretches()) {
          context.killTaskIfInterrupted();
          int pair = stretch.pair();
          byte[] outcome =
              isLast || stretch.isIn(poisoned)
                  ? StretchOutcome.of(ReadFault.POISON)
                  : outcome(comparer, stretch, images.value().get(pair), orders.value().get(pair));
          outcomes.merge(pair, outcome, StretchOutcome::merge);
          stretch.splits().forEach(bytesRead::add);
        }
      }
    }
    List<Tuple2<Integer, byte[]>> all = new ArrayList<>();
    outcomes.forEach((pair, outcome) -> all.add(new Tuple2<>(pair, outcome)));
    return all.iterator();
  }

  static StretchComparer comparer(
      Storages stores, TaskMemory memory, ReadPlan plan, ConversionFunctions functions) {
    return new StretchComparer(
        (file, policy) -> stores.forUri(file.uri()).open(file, policy), memory, plan, functions);
  }

  private static byte[] outcome(
      StretchComparer comparer, ElementStretch stretch, ElementImage image, ElementOrder order) {
    try {
      return StretchOutcome.of(comparer.compare(stretch, image, order));
    } catch (IOException | RuntimeException e) {
      LOG.log(
          Level.WARNING, "Cannot compare elements " + stretch.from() + " to " + stretch.to(), e);
      return StretchOutcome.of(ReadFault.of(e));
    }
  }
}
