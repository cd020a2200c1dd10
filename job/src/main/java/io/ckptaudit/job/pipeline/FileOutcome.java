package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.integrity.DigestKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was learnt of a file of which every byte was read.
 *
 * @param fault why it could not be read to its end; null if it was
 * @param nanos spent on digests, not on reading
 * @param digests by kind; empty where there is a fault
 * @param ranges the CRC-32 of parts that have another one than is recorded, by their place in the
 *     list of parts; at most {@link #MOST_RANGES}
 */
record FileOutcome(
    ReadFault fault,
    long nanos,
    Map<DigestKind, byte[]> digests,
    SortedMap<Integer, Integer> ranges) {

  static final int MOST_RANGES = 100;

  static FileOutcome of(ReadFault fault, long nanos) {
    return new FileOutcome(fault, nanos, Map.of(), new TreeMap<>());
  }

  /**
   * As it travels: nanoseconds (8 bytes); the name of a fault, its length in a byte before it, 0
   * for none; the number of digests in a byte, of each its kind and length in a byte each and the
   * bytes; then the ranges, place and CRC in 4 bytes each. Numbers are big-endian.
   */
  byte[] toBytes() {
    byte[] name = fault == null ? new byte[0] : fault.name().getBytes(StandardCharsets.US_ASCII);
    int bytes = Long.BYTES + 2 + name.length + 2 * Integer.BYTES * ranges.size();
    for (byte[] digest : digests.values()) {
      bytes += 2 + digest.length;
    }
    ByteBuffer out = ByteBuffer.allocate(bytes).putLong(nanos).put((byte) name.length).put(name);
    out.put((byte) digests.size());
    digests.forEach(
        (kind, digest) -> out.put((byte) kind.ordinal()).put((byte) digest.length).put(digest));
    ranges.forEach((place, crc) -> out.putInt(place).putInt(crc));
    return out.array();
  }

  static FileOutcome ofBytes(byte[] bytes) {
    ByteBuffer in = ByteBuffer.wrap(bytes);
    long nanos = in.getLong();
    byte[] name = bytes(in);
    if (name.length > 0) {
      return of(ReadFault.valueOf(new String(name, StandardCharsets.US_ASCII)), nanos);
    }
    Map<DigestKind, byte[]> digests = new EnumMap<>(DigestKind.class);
    for (int left = in.get(); left > 0; left--) {
      DigestKind kind = DigestKind.values()[in.get()];
      digests.put(kind, bytes(in));
    }
    SortedMap<Integer, Integer> ranges = new TreeMap<>();
    while (in.hasRemaining()) {
      ranges.put(in.getInt(), in.getInt());
    }
    return new FileOutcome(null, nanos, digests, ranges);
  }

  private static byte[] bytes(ByteBuffer in) {
    int length = Byte.toUnsignedInt(in.get());
    byte[] bytes = Arrays.copyOfRange(in.array(), in.position(), in.position() + length);
    in.position(in.position() + length);
    return bytes;
  }
}
