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
 * @param placement where its elements are in the tensor; null where they follow those of the slices
 *     before
 */
public record Slice(
    int shard, long offset, long bytes, Arrangement arrangement, Integer crc32, Placement placement)
    implements Serializable {

  /** Elements that follow one another and those of the slices before, without a checksum. */
  public Slice(int shard, long offset, long bytes) {
    this(shard, offset, bytes, null, null);
  }

  /** Elements that follow those of the slices before. */
  public Slice(int shard, long offset, long bytes, Arrangement arrangement, Integer crc32) {
    this(shard, offset, bytes, arrangement, crc32, null);
  }

  /** The same in another shard. */
  public Slice inShard(int other) {
    return new Slice(other, offset, bytes, arrangement, crc32, placement);
  }

  /** The same elsewhere in the tensor. */
  public Slice placed(Placement other) {
    return new Slice(shard, offset, bytes, arrangement, crc32, other);
  }

  /** The same, of which nobody knows where in the tensor its elements are. */
  public Slice unplaced() {
    Arrangement old = arrangement == null ? Arrangement.ONE_RUN : arrangement;
    return new Slice(shard, offset, bytes, old.withoutOrder(), crc32, null);
  }

  /** Bytes of its elements alone, each once. */
  public long elementBytes() {
    return arrangement == null ? bytes : arrangement.elementBytes(bytes);
  }

  /**
   * Where in the file a byte of its elements is.
   *
   * @param elementByte from 0, each element counted once
   */
  public long offsetOf(long elementByte) {
    return offset + (arrangement == null ? elementByte : arrangement.positionOf(elementByte));
  }

  /** Whether its bytes are its elements, and nothing else. */
  public boolean isOneRun() {
    return arrangement == null || arrangement.isOneRun();
  }
}
