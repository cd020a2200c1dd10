package io.ckptaudit.job.plan;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A stretch of the elements of a pair of sequences, and where they are on both sides.
 *
 * @param pair index in the list of pairs
 * @param from index of its first element
 * @param to index after its last
 */
public record ElementStretch(int pair, long from, long to, ElementLanes left, ElementLanes right)
    implements Serializable {

  /** What one task compares, one after the other. */
  public record Task(ArrayList<ElementStretch> stretches) implements Serializable {}

  /** Every packed dtype has whole bytes in so many elements. */
  private static final long GRAIN = 8;

  private static final long SMALLEST_TASK = 16L << 20;
  private static final long LARGEST_TASK = 1L << 30;
  private static final int TASKS_PER_CORE = 8;

  public static ElementStretch whole(
      int pair, long elements, ElementLanes left, ElementLanes right) {
    return new ElementStretch(pair, 0, elements, left, right);
  }

  public ElementStretch part(long begin, long end) {
    return new ElementStretch(pair, begin, end, left.part(begin, end), right.part(begin, end));
  }

  /** Of both sides. */
  public Stream<Split> splits() {
    return Stream.of(left, right)
        .flatMap(side -> side.lanes().stream())
        .flatMap(lane -> lane.splits().stream());
  }

  /** Whether it reads one of these files. */
  public boolean isIn(Set<String> uris) {
    return !uris.isEmpty() && splits().anyMatch(split -> uris.contains(split.file().uri()));
  }

  /** Bytes of both sides together. */
  public long bytes() {
    return splits().mapToLong(Split::bytes).sum();
  }

  /**
   * The least number of elements that can be compared by themselves, so that every stretch begins
   * and ends at a multiple of it.
   *
   * @param unit what the order of elements wants
   */
  public long grain(long unit) {
    return multiple(multiple(unit, GRAIN), multiple(left.cycle(), right.cycle()));
  }

  private static long multiple(long a, long b) {
    long x = a;
    long y = b;
    while (y != 0) {
      long rest = x % y;
      x = y;
      y = rest;
    }
    return Math.multiplyExact(a / x, b);
  }

  /** This one in stretches of at most so many bytes, but of one grain at the least. */
  private List<ElementStretch> cut(long unit, long mostBytes) {
    List<ElementStretch> parts = new ArrayList<>();
    long elements = to - from;
    long grain = grain(unit);
    long most = elements == 0 ? 1 : (long) (elements * ((double) mostBytes / Math.max(1, bytes())));
    long step = Math.max(grain, most - most % grain);
    for (long at = from; at < to; at += step) {
      parts.add(part(at, Math.min(to, at + step)));
    }
    return parts;
  }

  /**
   * Tasks that compare whole pairs, in order.
   *
   * @param units what the order of elements of each of them wants
   */
  public static List<Task> plan(
      List<ElementStretch> pairs, List<Long> units, PlanSettings settings) {
    long total = pairs.stream().mapToLong(ElementStretch::bytes).sum();
    long fair = total / Math.max(1, (long) settings.cores() * TASKS_PER_CORE);
    long smallest = Math.min(SMALLEST_TASK, settings.splitBytes());
    long task = Math.max(smallest, Math.min(LARGEST_TASK, fair));
    long split = Math.min(task, settings.splitBytes());
    List<Task> tasks = new ArrayList<>();
    ArrayList<ElementStretch> current = new ArrayList<>();
    long room = task;
    for (int i = 0; i < pairs.size(); i++) {
      for (ElementStretch part : pairs.get(i).cut(units.get(i), split)) {
        if (part.bytes() > room && !current.isEmpty()) {
          tasks.add(new Task(current));
          current = new ArrayList<>();
          room = task;
        }
        current.add(part);
        room -= part.bytes();
      }
    }
    if (!current.isEmpty()) {
      tasks.add(new Task(current));
    }
    return tasks;
  }
}
