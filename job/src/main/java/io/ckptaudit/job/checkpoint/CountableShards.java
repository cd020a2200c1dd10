package io.ckptaudit.job.checkpoint;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the tensors of a checkpoint to a number of bytes of which every sum fits into a {@code
 * long}. Files are no limit: a view may state any number of elements over a byte.
 */
final class CountableShards {

  /** Some thousand times what the largest models have. */
  private static final long MOST_BYTES = 1L << 53;

  private CountableShards() {}

  /** The headers in order; one that would lead beyond the limit without its tensors. */
  static List<ShardHeader> of(List<Shard> shards, List<ShardHeader> headers) {
    List<ShardHeader> countable = new ArrayList<>();
    long left = MOST_BYTES;
    for (int i = 0; i < headers.size(); i++) {
      ShardHeader header = headers.get(i);
      long bytes = header.tensors().stream().mapToLong(TensorEntry::bytes).sum();
      if (bytes > left) {
        countable.add(header.withoutTensors(beyond(shards.get(i).name(), bytes)));
      } else {
        left -= bytes;
        countable.add(header);
      }
    }
    return countable;
  }

  private static Problem beyond(String shard, long bytes) {
    return Problem.error(FormatRule.IX_LIMIT, "Cannot audit the tensors")
        .in(shard)
        .because("with their %d bytes the checkpoint has more than 2^53", bytes)
        .reference("loads them")
        .todo("do not load the file; get it from a source you trust");
  }
}
