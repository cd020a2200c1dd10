package io.ckptaudit.udfs.arrow;

import java.nio.ByteBuffer;

/** Single codes in a little-endian buffer, from its position on; those of 4 and 6 bits packed. */
final class Codes {

  private Codes() {}

  /** Code i, unsigned unless it has 64 bits. */
  static long at(ByteBuffer codes, int i, int bits) {
    int from = codes.position();
    return switch (bits) {
      case Byte.SIZE -> codes.get(from + i) & 0xFFL;
      case Short.SIZE -> codes.getShort(from + i * Short.BYTES) & 0xFFFFL;
      case Integer.SIZE -> codes.getInt(from + i * Integer.BYTES) & 0xFFFF_FFFFL;
      case Long.SIZE -> codes.getLong(from + i * Long.BYTES);
      default -> packed(codes, from, i * bits, bits);
    };
  }

  /** Lowest bits first; a code may lie in two bytes. */
  private static long packed(ByteBuffer codes, int from, int bit, int bits) {
    int low = codes.get(from + bit / Byte.SIZE) & 0xFF;
    int end = from + (bit + bits - 1) / Byte.SIZE;
    int high = codes.get(end) & 0xFF;
    boolean inOneByte = end == from + bit / Byte.SIZE;
    int both = inOneByte ? low : low | high << Byte.SIZE;
    return both >>> bit % Byte.SIZE & (1L << bits) - 1;
  }

  static void put(ByteBuffer codes, int i, int bits, long code) {
    switch (bits) {
      case Byte.SIZE -> codes.put(i, (byte) code);
      case Short.SIZE -> codes.putShort(i * Short.BYTES, (short) code);
      case Integer.SIZE -> codes.putInt(i * Integer.BYTES, (int) code);
      case Long.SIZE -> codes.putLong(i * Long.BYTES, code);
      default ->
          throw new IllegalArgumentException(
              "Cannot put code "
                  + code
                  + " at element "
                  + i
                  + ": codes of "
                  + bits
                  + " bits are packed; unpack them to bytes first");
    }
  }
}
