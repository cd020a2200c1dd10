package io.ckptaudit.job.plan;

import io.ckptaudit.job.checkpoint.Arrangement;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Placement;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where the elements of a sequence are that one or several tensors make up: in lanes that take
 * turns, each of splits that follow one another. Usually there is one lane.
 *
 * @param lanes in the order of their turns
 */
public record ElementLanes(ArrayList<Lane> lanes) implements Serializable {

  private static final Comparator<Split> BY_PLACE = Comparator.comparingLong(Split::firstElement);

  /**
   * @param turn how many elements of this lane follow one another in the sequence, before those of
   *     the next; at least 1
   * @param splits in order; {@link Split#firstElement} is the index in the lane
   */
  public record Lane(long turn, ArrayList<Split> splits) implements Serializable {

    private Lane part(long from, long to) {
      ArrayList<Split> parts = new ArrayList<>();
      for (Split split : splits) {
        long elements = elements(split.bytes(), split);
        long begin = Math.max(from, split.firstElement());
        long end = Math.min(to, split.firstElement() + elements);
        if (begin < end) {
          parts.add(part(split, begin, end));
        }
      }
      return new Lane(turn, parts);
    }

    private static Split part(Split split, long begin, long end) {
      long bits = split.dtype().bits();
      long before = (begin - split.firstElement()) * bits / Byte.SIZE;
      long bytes = (end - begin) * bits / Byte.SIZE;
      return new Split(
          split.tensor(), split.dtype(), split.file(), split.offset() + before, bytes, begin, -1);
    }
  }

  private static long elements(long bytes, Split split) {
    return Math.multiplyExact(bytes, (long) Byte.SIZE) / split.dtype().bits();
  }

  /**
   * The elements of tensors that take turns, tensor i in lane i modulo their number, or follow one
   * another in a single lane.
   *
   * @param turn of each lane; not looked at if there is one
   * @return empty if the elements of some tensor do not simply follow one another in its slices
   */
  public static Optional<ElementLanes> of(
      Checkpoint checkpoint, List<TensorEntry> tensors, int lanes, long turn) {
    if (tensors.size() == 1 && tensors.get(0).slices().get(0).placement() != null) {
      return lanes == 1 ? placed(checkpoint, tensors.get(0)) : Optional.empty();
    }
    ArrayList<Lane> all = new ArrayList<>();
    for (int i = 0; i < lanes; i++) {
      all.add(new Lane(lanes == 1 ? 1 : turn, new ArrayList<>()));
    }
    long[] ends = new long[lanes];
    for (int i = 0; i < tensors.size(); i++) {
      TensorEntry tensor = tensors.get(i);
      if (!tensor.slices().stream().allMatch(ElementLanes::isPlain)) {
        return Optional.empty();
      }
      int lane = i % lanes;
      ends[lane] = add(checkpoint, tensor, ends[lane], all.get(lane).splits);
    }
    return Optional.of(new ElementLanes(all));
  }

  /** A tensor that is cut along an inner axis: its parts take turns. */
  private static Optional<ElementLanes> placed(Checkpoint checkpoint, TensorEntry tensor) {
    TreeMap<Long, Lane> parts = new TreeMap<>();
    for (Slice slice : tensor.slices()) {
      Placement place = slice.placement();
      if (place == null || !isContiguous(slice)) {
        return Optional.empty();
      }
      Lane lane =
          parts.computeIfAbsent(place.column(), none -> new Lane(place.run(), new ArrayList<>()));
      if (lane.turn != place.run()) {
        return Optional.empty();
      }
      lane.splits.add(split(checkpoint, tensor, slice, place.inColumns(place.first())));
    }
    parts.values().forEach(lane -> lane.splits.sort(BY_PLACE));
    ElementLanes lanes = new ElementLanes(new ArrayList<>(parts.values()));
    long stride = tensor.slices().get(0).placement().stride();
    long turns = lanes.lanes.stream().mapToLong(Lane::turn).sum();
    return turns == stride ? Optional.of(lanes) : Optional.empty();
  }

  private static boolean isPlain(Slice slice) {
    return slice.placement() == null && isContiguous(slice);
  }

  private static boolean isContiguous(Slice slice) {
    Arrangement arrangement = slice.arrangement();
    return arrangement == null
        || arrangement.isOneRun() && arrangement.isPlaced() && arrangement.swapped() == 1;
  }

  private static long add(
      Checkpoint checkpoint, TensorEntry tensor, long first, ArrayList<Split> splits) {
    long at = first;
    for (Slice slice : tensor.slices()) {
      Split split = split(checkpoint, tensor, slice, at);
      splits.add(split);
      at += elements(slice.bytes(), split);
    }
    return at;
  }

  private static Split split(
      Checkpoint checkpoint, TensorEntry tensor, Slice slice, long firstElement) {
    return new Split(
        new TensorId(0, 0),
        tensor.dtype(),
        checkpoint.shards().get(slice.shard()).file(),
        slice.offset(),
        slice.bytes(),
        firstElement,
        -1);
  }

  /** Elements after which all lanes have had their turn: stretches begin and end there. */
  public long cycle() {
    return lanes.size() == 1 ? 1 : lanes.stream().mapToLong(Lane::turn).sum();
  }

  /** The same for a stretch of the sequence: whole cycles. */
  ElementLanes part(long from, long to) {
    ArrayList<Lane> parts = new ArrayList<>();
    for (Lane lane : lanes) {
      long perCycle = lanes.size() == 1 ? 1 : lane.turn;
      parts.add(lane.part(from / cycle() * perCycle, to / cycle() * perCycle));
    }
    return new ElementLanes(parts);
  }
}
