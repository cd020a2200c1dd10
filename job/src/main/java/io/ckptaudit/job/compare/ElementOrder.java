package io.ckptaudit.job.compare;

import java.io.Serializable;
import java.util.List;

/**
 * Which element of LEFT stands where in RIGHT, both as one sequence of elements in row-major order:
 * RIGHT is LEFT, seen in some shape, with its axes in another order. Where a side has several
 * tensors, they follow one another, or take turns.
 *
 * @param id for tables
 * @param words what was undone, for sentences; null where elements stand in the same places
 * @param shape in which LEFT is seen
 * @param axes of that shape, in the order in which RIGHT has them
 * @param lanes how many tensors take turns: tensor i of the side that has several is in lane i
 *     modulo this; 1 where they follow one another
 * @param turn elements of each lane in turn
 */
public record ElementOrder(
    String id, String words, List<Long> shape, List<Integer> axes, int lanes, long turn)
    implements Serializable {

  /** Elements of RIGHT that follow one another in LEFT too. */
  @FunctionalInterface
  public interface Runs {
    void run(long left, long count);
  }

  ElementOrder(String id, String words, List<Long> shape, List<Integer> axes) {
    this(id, words, shape, axes, 1, 0);
  }

  public ElementOrder {
    shape = List.copyOf(shape);
    axes = List.copyOf(axes);
  }

  static ElementOrder same(long elements) {
    return new ElementOrder("same", null, List.of(elements), List.of(0));
  }

  static ElementOrder inTurns(long elements, int lanes, long turn, String id, String words) {
    return new ElementOrder(id, words, List.of(elements), List.of(0), lanes, turn);
  }

  /** Whether axes stand in the same order, so that stretches of both sides are the same. */
  public boolean isSame() {
    return axes.size() == 1;
  }

  /**
   * A number of elements such that every multiple of it is where the same elements end on both
   * sides: to put a stretch in order, a whole one of these is needed.
   */
  public long unit() {
    if (isSame()) {
      return lanes == 1 ? 1 : lanes * turn;
    }
    int fixed = 0;
    while (axes.get(fixed) == fixed) {
      fixed++;
    }
    return product(fixed, shape.size());
  }

  private long product(int from, int to) {
    return shape.subList(from, to).stream().reduce(1L, Math::multiplyExact);
  }

  /** The runs of all elements of RIGHT in a stretch of whole units, in RIGHT's order. */
  public void forEachRun(long from, long to, Runs runs) {
    if (isSame()) {
      runs.run(from, to - from);
      return;
    }
    int moved = axes.size();
    while (axes.get(moved - 1) == moved - 1) {
      moved--;
    }
    long run = product(moved, shape.size());
    Counter counter = new Counter(moved, from / run);
    for (long at = from; at < to; at += run) {
      runs.run(counter.place, run);
      counter.advance();
    }
  }

  /** Counts through the axes in RIGHT's order, and knows the place in LEFT. */
  private final class Counter {
    private final long[] sizes;
    private final long[] strides;
    private final long[] index;
    private long place;

    Counter(int moved, long step) {
      sizes = new long[moved];
      strides = new long[moved];
      index = new long[moved];
      for (int i = 0; i < moved; i++) {
        sizes[i] = shape.get(axes.get(i));
        strides[i] = product(axes.get(i) + 1, shape.size());
      }
      long rest = step;
      for (int i = moved - 1; i >= 0; i--) {
        index[i] = rest % sizes[i];
        rest /= sizes[i];
        place += index[i] * strides[i];
      }
    }

    void advance() {
      for (int i = sizes.length - 1; i >= 0; i--) {
        place += strides[i];
        if (++index[i] < sizes[i]) {
          return;
        }
        place -= sizes[i] * strides[i];
        index[i] = 0;
      }
    }
  }
}
