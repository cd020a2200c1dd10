package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Quoted;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * How many values of how many tensors, the first few tensors by count, and whether any of them is
 * worth a word: a commutative monoid.
 */
final class WorstTensors implements Serializable {

  private static final long serialVersionUID = 1L;
  private static final int KEPT = 3;
  private static final Comparator<Counted> ORDER =
      Comparator.comparingLong(Counted::count).reversed().thenComparing(Counted::tensor);

  private final ArrayList<Counted> worst = new ArrayList<>();
  private long tensors;
  private long values;
  private boolean telling;

  private record Counted(String tensor, long count) implements Serializable {}

  /**
   * @param much whether this alone would be worth a word
   */
  void add(String tensor, long count, boolean much) {
    telling |= much;
    tensors++;
    values = Math.addExact(values, count);
    keep(List.of(new Counted(tensor, count)));
  }

  void addAll(WorstTensors other) {
    telling |= other.telling;
    tensors += other.tensors;
    values = Math.addExact(values, other.values);
    keep(other.worst);
  }

  private void keep(List<Counted> more) {
    worst.addAll(more);
    worst.sort(ORDER);
    worst.subList(Math.min(KEPT, worst.size()), worst.size()).clear();
  }

  boolean isTelling() {
    return telling;
  }

  long values() {
    return values;
  }

  /** "2 tensors, most in 'a' (5) and 'b' (1)". */
  String words() {
    String names =
        worst.stream()
            .map(
                tensor ->
                    Quoted.of(tensor.tensor) + String.format(Locale.ROOT, " (%,d)", tensor.count))
            .collect(Collectors.joining(", "));
    return tensors == 1
        ? "all in " + Quoted.of(worst.get(0).tensor)
        : String.format(Locale.ROOT, "in %,d tensors, most in %s", tensors, names);
  }

  /** Count by tensor, the largest first. */
  LinkedHashMap<String, Long> evidence() {
    LinkedHashMap<String, Long> counts = new LinkedHashMap<>();
    worst.forEach(tensor -> counts.put(tensor.tensor, tensor.count));
    return counts;
  }
}
