package io.ckptaudit.job.checkpoint;

import java.util.List;

/**
 * What the header of one shard says, checked against its file.
 *
 * @param tensors with slices of shard 0; no name twice
 * @param problems of this file
 */
public record ShardHeader(ShardStatus status, List<TensorEntry> tensors, List<Problem> problems) {

  /** The sentence of the first error; null if there is none. */
  String error() {
    return problems.stream()
        .filter(p -> p.severity() == Severity.ERROR)
        .map(Problem::message)
        .findFirst()
        .orElse(null);
  }
}
