package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.state.OpaqueBytes;
import io.ckptaudit.udfs.state.TensorState;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
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

  /** One state of a group: of a dtype, or of what was not read. */
  private record Part(GroupId group, String of) {}

  private static final class Merged implements Iterator<Tuple2<String, byte[]>> {

    private final Iterator<Tuple2<Long, byte[]>> tensors;
    private final AuditedModels models;
    private final Map<Part, TensorState> layers = new HashMap<>();
    private final Queue<Tuple2<String, byte[]>> ready = new ArrayDeque<>();

    Merged(Iterator<Tuple2<Long, byte[]>> tensors, AuditedModels models) {
      this.tensors = tensors;
      this.models = models;
    }

    @Override
    public boolean hasNext() {
      while (ready.isEmpty() && tensors.hasNext()) {
        add(tensors.next());
        if (layers.size() > HELD || !tensors.hasNext()) {
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
      GroupId layer = models.layerOf(TensorId.ofKey(tensor._1()));
      layers.merge(new Part(layer, part), state, TensorState::merge);
    }

    /** Models are made of their layers, which are fewer than their tensors. */
    private void giveAway() {
      Map<Part, TensorState> whole = new HashMap<>();
      layers.forEach(
          (part, state) -> {
            GroupId model = models.modelOf(part.group().checkpoint());
            whole.merge(new Part(model, part.of()), state, TensorState::merge);
          });
      for (Map<Part, TensorState> parts : List.of(layers, whole)) {
        parts.forEach(
            (part, state) ->
                ready.add(new Tuple2<>(part.group().toKey(part.of()), state.toBytes())));
      }
      layers.clear();
    }
  }
}
