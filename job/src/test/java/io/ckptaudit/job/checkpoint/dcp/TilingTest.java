package io.ckptaudit.job.checkpoint.dcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Placement;
import io.ckptaudit.job.checkpoint.Slice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Boxes at random, held against a count of every index. */
class TilingTest {
  private static final long SEED = 20261128;

  private record Case(List<Long> shape, List<Box> boxes) {

    /** How often each index is covered, in the order of the tensor. */
    int[] covered() {
      int[] covered = new int[(int) product(shape)];
      for (Box box : boxes) {
        for (int i : indices(box, shape)) {
          covered[i]++;
        }
      }
      return covered;
    }
  }

  private static long product(List<Long> shape) {
    return shape.stream().reduce(1L, (a, b) -> a * b);
  }

  /** Of the elements of a box, in its order. */
  private static int[] indices(Box box, List<Long> shape) {
    int[] indices = new int[(int) box.elements()];
    for (int i = 0; i < indices.length; i++) {
      long left = i;
      long stride = 1;
      for (int axis = shape.size() - 1; axis >= 0; axis--) {
        indices[i] += (int) ((box.begin().get(axis) + left % box.shape().get(axis)) * stride);
        left /= box.shape().get(axis);
        stride *= shape.get(axis);
      }
    }
    return indices;
  }

  /** A tensor that was cut in two again and again. */
  private static Case cut(Random random) {
    int axes = 1 + random.nextInt(4);
    List<Long> shape = new ArrayList<>();
    for (int axis = 0; axis < axes; axis++) {
      shape.add(1L + random.nextInt(6));
    }
    List<Box> boxes = new ArrayList<>();
    boxes.add(new Box(Collections.nCopies(axes, 0L), shape));
    for (int cuts = random.nextInt(8); cuts > 0; cuts--) {
      Box box = boxes.remove(random.nextInt(boxes.size()));
      int axis = random.nextInt(axes);
      long at =
          box.shape().get(axis) < 2 ? 0 : 1 + random.nextInt((int) (box.shape().get(axis) - 1));
      if (at > 0) {
        boxes.add(new Box(box.begin(), with(box.shape(), axis, at)));
        List<Long> begin = with(box.begin(), axis, box.begin().get(axis) + at);
        boxes.add(new Box(begin, with(box.shape(), axis, box.shape().get(axis) - at)));
      } else {
        boxes.add(box);
      }
    }
    Collections.shuffle(boxes, random);
    return new Case(shape, boxes);
  }

  private static List<Long> with(List<Long> list, int axis, long value) {
    List<Long> other = new ArrayList<>(list);
    other.set(axis, value);
    return List.copyOf(other);
  }

  private static Optional<Tiling.Fault> fault(Case one) {
    return Tiling.fault(one.shape, Tiling.cutAxes(one.shape, one.boxes), one.boxes);
  }

  private static long flat(List<Long> index, List<Long> shape) {
    long flat = 0;
    for (int axis = 0; axis < shape.size(); axis++) {
      flat = flat * shape.get(axis) + index.get(axis);
    }
    return flat;
  }

  @Test
  void whatCoversATensorHasNoFault() {
    for (int i = 0; i < 2000; i++) {
      Case one = cut(new Random(SEED + i));
      assertThat(fault(one)).as("seed %d: %s", SEED + i, one).isEmpty();
    }
  }

  @Test
  void theFirstIndexThatIsNotCoveredOnceIsFound() {
    for (int i = 0; i < 2000; i++) {
      Random random = new Random(SEED + i);
      Case one = cut(random);
      int at = random.nextInt(one.boxes.size());
      Box box = one.boxes.get(at);
      switch (random.nextInt(3)) {
        case 0 -> one.boxes.remove(at);
        case 1 -> one.boxes.add(box);
        default -> {
          int axis = random.nextInt(one.shape.size());
          long begin = random.nextInt((int) (one.shape.get(axis) - box.shape().get(axis) + 1));
          one.boxes.set(at, new Box(with(box.begin(), axis, begin), box.shape()));
        }
      }
      int[] covered = one.covered();
      int first = 0;
      while (first < covered.length && covered[first] == 1) {
        first++;
      }
      Optional<Tiling.Fault> fault = fault(one);
      assertThat(fault.isPresent()).as("seed %d", SEED + i).isEqualTo(first < covered.length);
      if (fault.isPresent()) {
        assertThat(flat(fault.get().index(), one.shape)).as("seed %d", SEED + i).isEqualTo(first);
        assertThat(fault.get().missing()).isEqualTo(covered[first] == 0);
      }
    }
  }

  @Test
  void everyElementKnowsItsPlaceInTheTensor() {
    for (int i = 0; i < 2000; i++) {
      Case one = cut(new Random(SEED + i));
      List<Integer> axes = Tiling.cutAxes(one.shape, one.boxes);
      if (!axes.isEmpty()) {
        Layout layout = new Layout(one.shape, axes.get(axes.size() - 1), one.boxes);
        one.boxes.forEach(box -> verify(box, layout, one.shape));
      }
    }
  }

  private static void verify(Box box, Layout layout, List<Long> shape) {
    List<Integer> placed = new ArrayList<>();
    long end = 1000;
    for (Slice slice : layout.slices(box, new Slice(3, 1000, 2 * box.elements()), 16)) {
      assertThat(slice.shard()).isEqualTo(3);
      assertThat(slice.offset()).isEqualTo(end);
      end += slice.bytes();
      Placement placement = slice.placement();
      for (int i = 0; i < slice.bytes() / 2; i++) {
        long index = placement.indexOf(i);
        placed.add((int) index);
        assertThat(placement.positionOf(index)).isEqualTo(i);
      }
    }
    assertThat(end).isEqualTo(1000 + 2 * box.elements());
    assertThat(placed)
        .containsExactlyElementsOf(Arrays.stream(indices(box, shape)).boxed().toList());
  }

  /** Only whole bytes can be read from a place of their own. */
  @Test
  void piecesOfHalfABytesAreNoPieces() {
    List<Long> shape = List.of(2L, 4L, 6L);
    Box box = new Box(List.of(0L, 0L, 0L), List.of(2L, 1L, 3L));
    Layout layout =
        new Layout(shape, 2, List.of(box, new Box(List.of(0L, 1L, 3L), List.of(2L, 3L, 3L))));
    assertThat(layout.pieces(box, 8)).isEqualTo(2);
    assertThat(layout.pieces(box, 4)).isEqualTo(Long.MAX_VALUE);
  }
}
