package io.ckptaudit.job.checkpoint;

import java.util.List;

/**
 * What the header of one shard says, checked against its file.
 *
 * @param tensors with slices of shard 0, of which no two share a byte; no name twice
 * @param skipped names it declares besides those tensors; null if that is not known
 * @param problems of this file
 */
public record ShardHeader(
    ShardStatus status, List<TensorEntry> tensors, Long skipped, List<Problem> problems) {

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
