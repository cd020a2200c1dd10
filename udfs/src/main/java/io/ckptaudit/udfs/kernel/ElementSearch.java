package io.ckptaudit.udfs.kernel;

import java.nio.ByteBuffer;

/** Looks for an element in a span, eight bytes at a time. */
final class ElementSearch {

  private static final long BYTE_ONES = 0x0101_0101_0101_0101L;
  private static final long SHORT_ONES = 0x0001_0001_0001_0001L;

  private ElementSearch() {}

  /**
   * A byte offset before which no element matches, at most eight bytes before the first that does
   * where there is one: elements match whose bits {@code kept} are those of {@code code}.
   *
   * @param width of an element in bytes: 1 or 2
   */
  static int skip(ByteBuffer bytes, int from, int to, int width, int kept, int code) {
    long ones = width == 1 ? BYTE_ONES : SHORT_ONES;
    long signs = ones << (width * Byte.SIZE - 1);
    long keptBits = ones * kept;
    long codeBits = ones * code;
    int i = from;
    while (i <= to - Long.BYTES
        && !anyZero((bytes.getLong(i) & keptBits) ^ codeBits, ones, signs)) {
      i += Long.BYTES;
    }
    return i;
  }

  /** Whether any element of the word is zero. */
  private static boolean anyZero(long word, long ones, long signs) {
    return (word - ones & ~word & signs) != 0;
  }
}
