package io.ckptaudit.job.checkpoint.meta;

import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.ShardStatus;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One model-parallel rank.
 *
 * @param whole whether its file says all there is to say of it
 * @param parts by name of the tensor
 */
record Rank(String file, boolean whole, Map<String, RankPart> parts) {

  /**
   * @param number of the shard
   */
  static Rank of(Shard shard, int number, ShardHeader header) {
    Map<String, RankPart> parts = new HashMap<>();
    for (TensorEntry tensor : header.tensors()) {
      List<Slice> slices = tensor.slices().stream().map(s -> s.inShard(number)).toList();
      TensorEntry entry =
          new TensorEntry(
              tensor.name(),
              tensor.dtype(),
              tensor.shape(),
              tensor.elements(),
              tensor.bytes(),
              slices);
      parts.put(tensor.name(), new RankPart(shard.name(), entry));
    }
    return new Rank(shard.name(), shard.status() == ShardStatus.OK, parts);
  }
}
