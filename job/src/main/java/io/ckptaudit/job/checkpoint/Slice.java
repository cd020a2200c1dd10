package io.ckptaudit.job.checkpoint;

import java.io.Serializable;

/**
 * The part of a tensor that one shard holds.
 *
 * @param shard index into {@link Checkpoint#shards()}
 * @param offset absolute in the file, not aligned to anything
 * @param bytes from the first to the last of its elements, proven to lie inside the file as it was
 *     listed
 * @param arrangement how its elements lie in these bytes; null where they simply follow one
 *     another, little-endian, in the order of the tensor
 * @param crc32 of these bytes, as the file records it; null if it does not
 */
public record Slice(int shard, long offset, long bytes, Arrangement arrangement, Integer crc32)
    implements Serializable {

  /** Elements that follow one another, without a checksum. */
  public Slice(int shard, long offset, long bytes) {
    this(shard, offset, bytes, null, null);
  }

  /** The same in another shard. */
  Slice inShard(int other) {
    return new Slice(other, offset, bytes, arrangement, crc32);
  }

  /** Bytes of its elements alone, each once. */
  public long elementBytes() {
    return arrangement == null ? bytes : arrangement.elementBytes(bytes);
  }
}
