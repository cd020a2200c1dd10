package io.ckptaudit.job.checkpoint.dcp;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The indices that a slice has of its tensor.
 *
 * @param begin of each axis, from 0
 * @param shape of the slice; begin and shape together are at most {@link Long#MAX_VALUE}
 */
record Box(List<Long> begin, List<Long> shape) {
  private static final int SHOWN = 10;

  /** By the first element, in the order of the tensor, then by shape. */
  static final Comparator<Box> ORDER =
      Comparator.comparing(Box::begin, Box::compare).thenComparing(Box::shape, Box::compare);

  private static int compare(List<Long> a, List<Long> b) {
    for (int axis = 0; axis < Math.min(a.size(), b.size()); axis++) {
      int order = Long.compare(a.get(axis), b.get(axis));
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(a.size(), b.size());
  }

  /** Which are those of a slice of a file. */
  long elements() {
    return shape.stream().reduce(1L, (a, b) -> a * b);
  }

  long end(int axis) {
    return begin.get(axis) + shape.get(axis);
  }

  boolean isEmpty() {
    return shape.contains(0L);
  }

  /** Whether it has all of an axis of a tensor. */
  boolean isAll(int axis, List<Long> whole) {
    return shape.get(axis).equals(whole.get(axis));
  }

  boolean overlaps(Box other) {
    return IntStream.range(0, begin.size())
        .allMatch(axis -> begin.get(axis) < other.end(axis) && other.begin.get(axis) < end(axis));
  }

  /** As Python writes it: "[0:4, 8:12]". */
  String inWords() {
    String all =
        IntStream.range(0, Math.min(SHOWN, begin.size()))
            .mapToObj(axis -> begin.get(axis) + ":" + end(axis))
            .collect(Collectors.joining(", "));
    return "[" + all + (begin.size() > SHOWN ? ", …]" : "]");
  }
}
