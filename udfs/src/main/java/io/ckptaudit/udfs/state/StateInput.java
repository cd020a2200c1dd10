package io.ckptaudit.udfs.state;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Checked reading of the bytes of a state. */
final class StateInput {

  private static final int MAX_VARINT_BYTES = 9;

  private final byte[] bytes;
  private int position;

  StateInput(byte[] bytes) {
    this.bytes = bytes;
  }

  int remaining() {
    return bytes.length - position;
  }

  int readByte() {
    check(remaining() >= 1, "it ends early");
    return bytes[position++] & 0xFF;
  }

  byte[] readBytes(int length) {
    check(remaining() >= length, "it ends early");
    position += length;
    return Arrays.copyOfRange(bytes, position - length, position);
  }

  /** A byte of length, then that many bytes of ASCII. */
  String readName() {
    return new String(readBytes(readByte()), StandardCharsets.US_ASCII);
  }

  /** Little-endian. */
  int readInt() {
    int value = 0;
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      value |= readByte() << shift;
    }
    return value;
  }

  /** Little-endian. */
  long readLong() {
    long value = 0;
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      value |= (long) readByte() << shift;
    }
    return value;
  }

  /** Unsigned LEB128 in its shortest form: most are one byte. */
  long readVarint() {
    if (position < bytes.length && bytes[position] >= 0) {
      return bytes[position++];
    }
    return readLongVarint();
  }

  private long readLongVarint() {
    long value = 0;
    for (int i = 0; i < MAX_VARINT_BYTES; i++) {
      int next = readByte();
      value |= (long) (next & 0x7F) << (7 * i);
      if (next < 0x80) {
        check(next != 0 || i == 0, "a number not in its shortest form");
        return value;
      }
    }
    throw malformed("a number of more than 63 bits");
  }

  /**
   * @param reason made even where the condition holds: where there are many, a constant
   */
  void check(boolean condition, String reason) {
    if (!condition) {
      throw malformed(reason);
    }
  }

  MalformedStateException malformed(String reason) {
    return new MalformedStateException(position, reason);
  }
}
