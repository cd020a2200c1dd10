package io.ckptaudit.job.container.zip;

import static io.ckptaudit.job.container.zip.EndRecords.unsigned16;

import java.nio.ByteBuffer;

/** Sizes and offset of a record, each from the zip64 extra field if its 32 bits are all ones. */
final class WideNumbers {
  private final ByteBuffer extra;
  private ByteBuffer zip64;
  private String fault;
  private final long bytes;
  private final long stored;
  private final long header;

  /**
   * @param header 0 where there is none, in a local header
   */
  WideNumbers(ByteBuffer extra, long bytes, long stored, long header) {
    this.extra = extra;
    findZip64();
    this.bytes = widened(bytes);
    this.stored = widened(stored);
    this.header = widened(header);
  }

  private void findZip64() {
    int at = 0;
    while (at + 4 <= extra.limit()) {
      int length = unsigned16(extra, at + 2);
      if (length > extra.limit() - at - 4) {
        return;
      }
      if (unsigned16(extra, at) == ZipFormat.ZIP64_EXTRA) {
        if (zip64 != null) {
          fault = "it has two zip64 fields";
        }
        zip64 = extra.slice(at + 4, length).order(extra.order());
      }
      at += 4 + length;
    }
  }

  private long widened(long narrow) {
    if (narrow != ZipFormat.FULL_32) {
      return narrow;
    }
    if (zip64 == null || zip64.remaining() < Long.BYTES) {
      fault = "a number of it needs 64 bits, and its zip64 field does not have it";
      return 0;
    }
    long wide = zip64.getLong();
    if (wide < 0) {
      fault = "a number of it is beyond 2^63-1";
    }
    return wide;
  }

  /** What is wrong, in words; null if nothing is. */
  String fault() {
    return fault;
  }

  long bytes() {
    return bytes;
  }

  long stored() {
    return stored;
  }

  long header() {
    return header;
  }
}
