package io.ckptaudit.job.checkpoint;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * What the header of one shard says, checked against its file.
 *
 * @param tensors with slices of shard 0; no name twice
 * @param skipped names it declares besides those tensors; null if that is not known
 * @param problems of this file
 */
public record ShardHeader(
    ShardStatus status, List<TensorEntry> tensors, Long skipped, List<Problem> problems) {

  /**
   * Of a file whose every tensor is in the list or named by a problem; where there are errors and
   * no tensors, nothing is known of it.
   */
  public static ShardHeader of(List<TensorEntry> tensors, Problems problems) {
    if (!problems.hasErrors()) {
      return new ShardHeader(ShardStatus.OK, tensors, 0L, problems.all());
    }
    Set<String> left = new HashSet<>();
    problems.all().stream().map(Problem::tensor).filter(Objects::nonNull).forEach(left::add);
    tensors.forEach(tensor -> left.remove(tensor.name()));
    Long skipped = tensors.isEmpty() ? null : (Long) (long) left.size();
    return new ShardHeader(ShardStatus.DAMAGED, tensors, skipped, problems.all());
  }

  /** Of a file that declares nothing that could be read. */
  public static ShardHeader unread(ShardStatus status, List<Problem> problems) {
    return new ShardHeader(status, List.of(), null, problems);
  }

  /** The sentence of the first error; null if there is none. */
  String error() {
    return problems.stream()
        .filter(p -> p.severity() == Severity.ERROR)
        .map(Problem::message)
        .findFirst()
        .orElse(null);
  }
}
