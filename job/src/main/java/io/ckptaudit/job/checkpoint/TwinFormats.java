package io.ckptaudit.job.checkpoint;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Holds the weights of a folder in one format against those in another. Dtypes may differ, and a
 * tensor may be left out that is tied to one that is there.
 */
public final class TwinFormats {
  private TwinFormats() {}

  /** The second, with a problem if it is not the same tensors as the first. */
  public static Checkpoint compared(Checkpoint first, Checkpoint second) {
    List<String> differences = new ArrayList<>();
    addAbsent(first, second, differences);
    addAbsent(second, first, differences);
    addOtherShapes(first, second, differences);
    if (differences.isEmpty()) {
      return second;
    }
    return second.with(
        List.of(
            Problem.warning(FormatRule.IX_TWINS, "Cannot tell which of two formats is meant")
                .because("%s", String.join("; also ", differences))
                .reference("loads the safetensors")
                .todo("remove the files that are out of date")));
  }

  private static void addAbsent(Checkpoint from, Checkpoint in, List<String> differences) {
    Set<String> names = new HashSet<>();
    in.tensors().forEach(tensor -> names.add(tensor.name()));
    Set<List<Slice>> tied = new HashSet<>();
    for (TensorEntry tensor : from.tensors()) {
      if (names.contains(tensor.name())) {
        tied.add(tensor.slices());
      }
    }
    List<String> absent =
        from.tensors().stream()
            .filter(tensor -> !names.contains(tensor.name()) && !tied.contains(tensor.slices()))
            .map(TensorEntry::name)
            .toList();
    if (!absent.isEmpty()) {
      differences.add(
          absent.size()
              + " tensors of "
              + shards(from)
              + " are not in "
              + shards(in)
              + ", first "
              + Quoted.of(absent.get(0)));
    }
  }

  private static void addOtherShapes(Checkpoint a, Checkpoint b, List<String> differences) {
    Map<String, List<Long>> shapes = new HashMap<>();
    a.tensors().forEach(tensor -> shapes.put(tensor.name(), tensor.shape()));
    List<String> other =
        b.tensors().stream()
            .filter(
                tensor ->
                    !shapes.getOrDefault(tensor.name(), tensor.shape()).equals(tensor.shape()))
            .map(TensorEntry::name)
            .toList();
    if (!other.isEmpty()) {
      differences.add(
          other.size() + " tensors have other shapes, first " + Quoted.of(other.get(0)));
    }
  }

  private static String shards(Checkpoint checkpoint) {
    return checkpoint.shards().isEmpty()
        ? "no file"
        : Quoted.plain(checkpoint.shards().get(0).name());
  }
}
