package io.ckptaudit.udfs.state;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes the bytes of a state: the counterpart of {@link StateInput}. */
final class StateOutput {

  private static final int MAX_VARINT_BYTES = 10;

  private byte[] bytes = new byte[64];
  private int size;

  void writeByte(int value) {
    makeRoom(1);
    bytes[size++] = (byte) value;
  }

  void writeBytes(byte[] more) {
    makeRoom(more.length);
    System.arraycopy(more, 0, bytes, size, more.length);
    size += more.length;
  }

  /** A byte of length, then the name in ASCII. */
  void writeName(String name) {
    byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
    writeByte(ascii.length);
    writeBytes(ascii);
  }

  /** Unsigned LEB128 in its shortest form. */
  void writeVarint(long value) {
    makeRoom(MAX_VARINT_BYTES);
    long rest = value;
    while ((rest & -0x80L) != 0) {
      bytes[size++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
  }

  /** Little-endian. */
  void writeInt(int value) {
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      writeByte(value >>> shift);
    }
  }

  /** Little-endian. */
  void writeLong(long value) {
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      writeByte((int) (value >>> shift));
    }
  }

  private void makeRoom(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), 2 * bytes.length));
    }
  }

  byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }
}
