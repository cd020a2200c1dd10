package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.StoredRange;
import io.ckptaudit.job.integrity.DigestKind;
import java.security.MessageDigest;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32;

/** The digests of one file, from its first byte on, and the CRC-32 of parts of it. */
final class FileDigests {

  private final Map<DigestKind, MessageDigest> digests = new EnumMap<>(DigestKind.class);
  private final List<StoredRange> ranges;
  private final SortedMap<Integer, Integer> otherCrcs = new TreeMap<>();
  private final CRC32 crc = new CRC32();
  private long position;
  private int range;
  private long nanos;

  /**
   * @param ranges in the order of their places
   */
  FileDigests(Collection<DigestKind> kinds, long fileLength, List<StoredRange> ranges) {
    kinds.forEach(kind -> digests.put(kind, kind.newDigest(fileLength)));
    this.ranges = ranges;
  }

  long nanos() {
    return nanos;
  }

  /** Takes the next bytes of the file, from the start of the array. */
  void update(byte[] chunk, int bytes) {
    long start = System.nanoTime();
    digests.values().forEach(digest -> digest.update(chunk, 0, bytes));
    updateRanges(chunk, bytes);
    position += bytes;
    nanos += System.nanoTime() - start;
  }

  private void updateRanges(byte[] chunk, int bytes) {
    long end = position + bytes;
    while (range < ranges.size() && ranges.get(range).offset() < end) {
      StoredRange part = ranges.get(range);
      long partEnd = part.offset() + part.bytes();
      int from = (int) (Math.max(part.offset(), position) - position);
      int to = (int) (Math.min(partEnd, end) - position);
      crc.update(chunk, from, to - from);
      if (partEnd > end) {
        return;
      }
      if ((int) crc.getValue() != part.crc32() && otherCrcs.size() < FileOutcome.MOST_RANGES) {
        otherCrcs.put(range, (int) crc.getValue());
      }
      crc.reset();
      range++;
    }
  }

  FileOutcome finish() {
    Map<DigestKind, byte[]> finished = new EnumMap<>(DigestKind.class);
    digests.forEach((kind, digest) -> finished.put(kind, digest.digest()));
    return new FileOutcome(null, nanos, finished, otherCrcs);
  }
}
