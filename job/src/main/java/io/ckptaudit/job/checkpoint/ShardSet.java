package io.ckptaudit.job.checkpoint;

import java.util.List;
import java.util.Map;

/** How the shards of a folder make one checkpoint, in a format whose shards need each other. */
public interface ShardSet {

  /**
   * The shards that must be there and are not, by name, with a problem each.
   *
   * @param names of the shards that are there
   * @param problems for whatever else is wrong
   */
  Map<String, Problem> absent(List<String> names, FilesBeside beside, Problems problems);

  /**
   * The tensors of all shards together; no name twice, in any order.
   *
   * @param shards with their final status
   * @param headers of these shards, with slices of shard 0
   */
  List<TensorEntry> tensors(
      List<Shard> shards, List<ShardHeader> headers, FilesBeside beside, Problems problems);
}
