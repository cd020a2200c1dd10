package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.state.OpaqueBytes;
import io.ckptaudit.udfs.state.TensorState;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * (group and dtype key, state bytes) of the tensors of one partition, merged so far as they meet
 * here: a model of 100,000 tensors would else be read and written as often on its way.
 */
final class ToGroups
    implements PairFlatMapFunction<Iterator<Tuple2<Long, byte[]>>, String, byte[]> {

  private static final long serialVersionUID = 1L;

  /** States held at once; where there are more groups, those so far are given away first. */
  private static final int HELD = 128;

  /** Nothing known: keeps the row of a group of which nothing could be read. */
  private static final TensorState UNREAD = new OpaqueBytes(DType.U8, 0, null);

  private final Broadcast<AuditedModels> models;

  ToGroups(Broadcast<AuditedModels> models) {
    this.models = models;
  }

  @Override
  public Iterator<Tuple2<String, byte[]>> call(Iterator<Tuple2<Long, byte[]>> tensors) {
    return new Merged(tensors, models.value());
  }

  private static final class Merged implements Iterator<Tuple2<String, byte[]>> {

    private final Iterator<Tuple2<Long, byte[]>> tensors;
    private final AuditedModels models;
    private final Map<String, TensorState> held = new HashMap<>();
    private final Queue<Tuple2<String, byte[]>> ready = new ArrayDeque<>();

    Merged(Iterator<Tuple2<Long, byte[]>> tensors, AuditedModels models) {
      this.tensors = tensors;
      this.models = models;
    }

    @Override
    public boolean hasNext() {
      while (ready.isEmpty() && tensors.hasNext()) {
        add(tensors.next());
        if (held.size() > HELD || !tensors.hasNext()) {
          giveAway();
        }
      }
      return !ready.isEmpty();
    }

    @Override
    public Tuple2<String, byte[]> next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      return ready.remove();
    }

    private void add(Tuple2<Long, byte[]> tensor) {
      boolean unread = SplitOutcome.isFault(tensor._2());
      TensorState state = unread ? UNREAD : SplitOutcome.state(tensor._2()).withoutPlace();
      String part = unread ? "unread" : state.dtype().name();
      for (GroupId group : models.groupsOf(TensorId.ofKey(tensor._1()))) {
        held.merge(group.toKey(part), state, TensorState::merge);
      }
    }

    private void giveAway() {
      held.forEach((key, state) -> ready.add(new Tuple2<>(key, state.toBytes())));
      held.clear();
    }
  }
}
