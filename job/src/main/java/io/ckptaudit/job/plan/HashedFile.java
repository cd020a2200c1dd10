package io.ckptaudit.job.plan;

import io.ckptaudit.job.io.FileEntry;
import java.io.Serializable;

/**
 * A file of which every byte is read, in order, by one task.
 *
 * @param checkpoint its place in the list of checkpoints
 * @param shard its place in the list of shards
 */
public record HashedFile(int checkpoint, int shard, FileEntry file) implements Serializable {

  /** As one number that is the key of no tensor: those are not negative. */
  public long toKey() {
    return ~new TensorId(checkpoint, shard).toKey();
  }

  /** Whether a key is that of a file. */
  public static boolean isKey(long key) {
    return key < 0;
  }

  public static int checkpointOf(long key) {
    return TensorId.ofKey(~key).checkpoint();
  }

  public static int shardOf(long key) {
    return TensorId.ofKey(~key).tensor();
  }
}
