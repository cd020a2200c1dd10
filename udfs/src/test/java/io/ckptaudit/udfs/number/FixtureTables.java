package io.ckptaudit.udfs.number;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** The conversion tables written by ml_dtypes and numpy, as codes. */
final class FixtureTables {

  private FixtureTables() {}

  static byte[] bytes(String name) {
    try (InputStream in = FixtureTables.class.getResourceAsStream("/tables/" + name)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Little-endian codes of a width in bits, unsigned. */
  static long[] codes(String name, int bits) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes(name)).order(ByteOrder.LITTLE_ENDIAN);
    long[] codes = new long[buffer.capacity() * 8 / bits];
    Arrays.setAll(
        codes,
        i ->
            switch (bits) {
              case 8 -> buffer.get(i) & 0xFFL;
              case 16 -> buffer.getShort(2 * i) & 0xFFFFL;
              case 32 -> buffer.getInt(4 * i) & 0xFFFF_FFFFL;
              default -> throw new IllegalArgumentException("No table of " + bits + " bits");
            });
    return codes;
  }
}
