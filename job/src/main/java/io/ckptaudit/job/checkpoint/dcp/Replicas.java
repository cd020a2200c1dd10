package io.ckptaudit.job.checkpoint.dcp;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Slice;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.function.Function;

/**
 * The slices of a tensor, and copies of it where files have the same slices. A copy that has not
 * all of them is filled up with those of the tensor itself, which are then read again: as much as
 * there is of the tensor or of its replicas, and no more.
 */
final class Replicas {
  private final Collection<List<Part>> boxes;
  private final Function<Part, List<Slice>> slices;
  private final Problems problems;
  private long fill;
  private long slicesOfFill;

  /**
   * @param boxes the parts that are the same slice, at least one of each
   */
  Replicas(
      SortedMap<Box, List<Part>> boxes, Function<Part, List<Slice>> slices, Problems problems) {
    this.boxes = boxes.values();
    this.slices = slices;
    this.problems = problems;
  }

  /** Of the first of each. */
  List<Slice> slices() {
    return copy(0);
  }

  private List<Slice> copy(int number) {
    List<Slice> copy = new ArrayList<>();
    for (List<Part> same : boxes) {
      copy.addAll(slices.apply(same.get(number < same.size() ? number : 0)));
    }
    return List.copyOf(copy);
  }

  List<List<Slice>> copies() {
    int most = boxes.stream().mapToInt(List::size).max().orElse(1);
    if (most == 1) {
      return List.of();
    }
    long parts = boxes.stream().mapToLong(List::size).sum();
    fill = Math.max(bytes(true), bytes(false));
    slicesOfFill = Math.max(boxes.size(), parts);
    List<List<Slice>> copies = new ArrayList<>();
    for (int copy = 1; copy < most; copy++) {
      if (!takesFill(copy)) {
        report(copy);
        break;
      }
      copies.add(copy(copy));
    }
    return List.copyOf(copies);
  }

  /** Of the first of each, or of all others. */
  private long bytes(boolean first) {
    return boxes.stream()
        .mapToLong(same -> same.get(0).stored().bytes() * (first ? 1 : same.size() - 1))
        .sum();
  }

  private boolean takesFill(int copy) {
    for (List<Part> same : boxes) {
      if (same.size() <= copy) {
        fill -= same.get(0).stored().bytes();
        slicesOfFill--;
      }
    }
    return fill >= 0 && slicesOfFill >= 0;
  }

  private void report(int copy) {
    Part replica =
        boxes.stream().filter(same -> same.size() > copy).findFirst().orElseThrow().get(copy);
    problems.add(
        Problem.error(FormatRule.SET_MISMATCH, "Cannot compare all copies of slices of tensor")
            .in(replica.file())
            .tensor(replica.entry().name())
            .at(replica.offset())
            .because("some are there more than %d times, and others are not", copy)
            .reference("takes those it reads last")
            .todo("do not trust the files; get them again from one source"));
  }
}
