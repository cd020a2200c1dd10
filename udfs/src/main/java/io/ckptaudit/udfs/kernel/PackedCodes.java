package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Codes of 4 or 6 bits, taken out of the bytes they are packed in: element i is the bits from i ·
 * width on, the lowest bit of the first byte being bit 0. So the first of two F4 elements is the
 * low nibble.
 */
final class PackedCodes {

  private final int bits;
  private final ByteBuffer codes;

  /**
   * @param bytes the most that are unpacked at once, a multiple of 12
   */
  PackedCodes(FloatFormat format, int bytes) {
    bits = format.bits();
    codes = ByteBuffer.allocateDirect(bytes * Byte.SIZE / bits).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The codes in the bytes between two offsets, a byte each, from 0 to the limit of the result;
   * valid until the next call.
   */
  ByteBuffer unpack(ByteBuffer bytes, int from, int to) {
    codes.clear();
    if (bits == 4) {
      unpackNibbles(bytes, from, to);
    } else {
      unpackSixes(bytes, from, to);
    }
    return codes.limit((to - from) * Byte.SIZE / bits);
  }

  private void unpackNibbles(ByteBuffer bytes, int from, int to) {
    int at = 0;
    int i = from;
    for (; i <= to - Integer.BYTES; i += Integer.BYTES) {
      long word = bytes.getInt(i) & 0xFFFF_FFFFL;
      word = (word | word << 16) & 0x0000_FFFF_0000_FFFFL;
      word = (word | word << 8) & 0x00FF_00FF_00FF_00FFL;
      codes.putLong(at, (word | word << 4) & 0x0F0F_0F0F_0F0F_0F0FL);
      at += Long.BYTES;
    }
    for (; i < to; i++) {
      codes.put(at++, (byte) (bytes.get(i) & 0xF));
      codes.put(at++, (byte) (bytes.get(i) >> 4 & 0xF));
    }
  }

  private void unpackSixes(ByteBuffer bytes, int from, int to) {
    int at = 0;
    for (int i = from; i < to; i += 3) {
      int word = bytes.getShort(i) & 0xFFFF | (bytes.get(i + 2) & 0xFF) << 16;
      codes.putInt(
          at, word & 0x3F | (word & 0xFC0) << 2 | (word & 0x3_F000) << 4 | (word & 0xFC_0000) << 6);
      at += Integer.BYTES;
    }
  }
}
