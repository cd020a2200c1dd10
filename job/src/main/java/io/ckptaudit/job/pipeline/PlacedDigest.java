package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Placement;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.state.RunsDigest;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** The order digest of a split whose elements are runs of its tensor. */
final class PlacedDigest {
  private final CRC32C crc = new CRC32C();
  private final RunsDigest digest;
  private final long run;
  private final long stride;

  /** In bytes, of the part in the tensor. */
  private final long offset;

  /** In bytes, of the split in the part. */
  private final long first;

  private PlacedDigest(Split split) {
    Placement placement = split.placement();
    this.run = bytes(placement.run(), split);
    this.stride = bytes(placement.stride(), split);
    this.offset = bytes(placement.offset(), split);
    this.first = bytes(split.firstElement(), split);
    this.digest = new RunsDigest(run, stride);
  }

  private static long bytes(long elements, Split split) {
    return elements * split.dtype().bits() / Byte.SIZE;
  }

  /** New, or null for a split that has no such digest. */
  static PlacedDigest of(Split split) {
    boolean runs = split.placement() != null && !split.placement().isOneRun();
    return runs && split.bytesAfter() >= 0 ? new PlacedDigest(split) : null;
  }

  /**
   * Adds the next bytes of the split.
   *
   * @param from where they begin in it
   */
  void add(ByteBuffer bytes, long from) {
    int end = bytes.limit();
    int begin = bytes.position();
    while (bytes.position() < end) {
      long inPart = first + from + (bytes.position() - begin);
      long inRun = inPart % run;
      int length = (int) Math.min(run - inRun, end - bytes.position());
      bytes.limit(bytes.position() + length);
      crc.reset();
      crc.update(bytes);
      digest.add((int) crc.getValue(), offset + inPart / run * stride + inRun, length);
      bytes.limit(end);
    }
  }

  int contribution(long bytesAfter) {
    return digest.contribution(bytesAfter);
  }
}
