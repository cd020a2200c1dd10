package io.ckptaudit.job.checkpoint.dcp;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Whether boxes cover a tensor exactly, in time that grows with their number alone.
 *
 * <p>How often an index is covered is a step function, given by its steps at the corners of boxes:
 * a corner counts +1 or −1 as its number of upper ends is even or odd. Less those of the tensor
 * itself all of them cancel out if, and only if, each index is covered once. The first corner that
 * does not is the first index, in the order of the tensor, that is covered otherwise, and its count
 * tells how often too much.
 */
final class Tiling {

  /** Each axis that is cut doubles the corners; torch's meshes have about three. */
  static final int MOST_AXES = 6;

  private final List<Long> shape;
  private final List<Integer> axes;
  private final TreeMap<long[], Integer> steps = new TreeMap<>(Arrays::compare);

  /**
   * An index that is not covered once.
   *
   * @param missing whether it is not covered at all
   */
  record Fault(List<Long> index, boolean missing) {}

  private Tiling(List<Long> shape, List<Integer> axes) {
    this.shape = shape;
    this.axes = axes;
  }

  /** Axes of which not every box has all. */
  static List<Integer> cutAxes(List<Long> shape, Collection<Box> boxes) {
    return IntStream.range(0, shape.size())
        .filter(axis -> boxes.stream().anyMatch(box -> !box.isAll(axis, shape)))
        .boxed()
        .toList();
  }

  /**
   * The first index that is not covered once; empty if there is none.
   *
   * @param axes that are cut, at most {@link #MOST_AXES}
   * @param boxes none of them empty
   */
  static Optional<Fault> fault(List<Long> shape, List<Integer> axes, Collection<Box> boxes) {
    Tiling tiling = new Tiling(shape, axes);
    boxes.forEach(box -> tiling.add(box, 1));
    tiling.add(new Box(Collections.nCopies(shape.size(), 0L), shape), -1);
    return tiling.first();
  }

  private void add(Box box, int sign) {
    for (int corner = 0; corner < 1 << axes.size(); corner++) {
      long[] at = new long[axes.size()];
      for (int i = 0; i < at.length; i++) {
        int axis = axes.get(i);
        at[i] = (corner >> i & 1) == 0 ? box.begin().get(axis) : box.end(axis);
      }
      steps.merge(at, Integer.bitCount(corner) % 2 == 0 ? sign : -sign, Integer::sum);
    }
  }

  private Optional<Fault> first() {
    return steps.entrySet().stream()
        .filter(step -> step.getValue() != 0)
        .findFirst()
        .map(step -> new Fault(index(step), step.getValue() < 0));
  }

  private List<Long> index(Map.Entry<long[], Integer> step) {
    List<Long> index = new ArrayList<>(Collections.nCopies(shape.size(), 0L));
    for (int i = 0; i < axes.size(); i++) {
      index.set(axes.get(i), step.getKey()[i]);
    }
    return List.copyOf(index);
  }
}
