package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import java.nio.ByteBuffer;

/**
 * Counts the codes of spans of little-endian elements of at most 16 bits, and keeps with them what
 * counts cannot tell: where the extremes and what is not finite are first met, and a digest of the
 * order.
 *
 * <p>One instance per split being read; reusable after {@link #reset}; not thread-safe. The spans
 * given to {@link #add} are the consecutive pieces of one sequence of elements. All results are
 * exact and do not depend on where the sequence is cut.
 *
 * <p>Counts are longs and each element adds one, so no sequence that can exist overflows them
 * (10^13 elements are 2^43.2).
 */
public sealed interface CodeCounter permits ScalarCodeCounter, UnrolledCodeCounter {

  /** The layout of the elements; those of 4 and 6 bits are packed, the lowest bits first. */
  FloatFormat format();

  /**
   * Counts the elements between position and limit. The buffer may be direct, on the heap or
   * read-only, begin at any address, and have either byte order set: elements are always read as
   * little-endian. Its position, limit and order are left as they are.
   *
   * @throws IllegalArgumentException if the span ends inside an element; nothing is counted then
   */
  void add(ByteBuffer span);

  /** Number of elements since the last reset. */
  long elements();

  /** The codes that occur, ascending. */
  int[] codes();

  /** How often a code occurs. */
  long count(int code);

  /** How often each of some codes occurs, in their order. */
  default long[] counts(int[] codes) {
    long[] counts = new long[codes.length];
    for (int i = 0; i < codes.length; i++) {
      counts[i] = count(codes[i]);
    }
    return counts;
  }

  /**
   * Index, in elements since the last reset, of the first element equal to the smallest finite one;
   * −1 if there is no finite element. Zeros of both signs are equal; NaN and infinities are never
   * an extreme.
   */
  long firstMinIndex();

  /** As {@link #firstMinIndex}, for the largest finite element. */
  long firstMaxIndex();

  /** As {@link #firstMinIndex}, for the first element that is NaN or infinite. */
  long firstNonFiniteIndex();

  /** CRC-32C (Castagnoli, as in iSCSI) of all bytes since the last reset; 0 if there were none. */
  int crc32c();

  /** Forgets everything counted. */
  void reset();

  /**
   * Checks that a format can be counted by code.
   *
   * @throws IllegalArgumentException for formats of 32 and 64 bits, which have too many codes
   */
  static FloatFormat requireCountable(FloatFormat format) {
    if (format.bits() > Short.SIZE) {
      throw new IllegalArgumentException(
          "Cannot count "
              + format
              + " by code: elements are "
              + format.bits()
              + " bits wide; at most 16 are supported");
    }
    return format;
  }

  /**
   * Checks that a span holds whole elements.
   *
   * @throws IllegalArgumentException if it does not
   */
  static void requireWholeElements(FloatFormat format, ByteBuffer span) {
    if (span.remaining() * (long) Byte.SIZE % format.bits() != 0) {
      throw new IllegalArgumentException(
          "Invalid span: "
              + span.remaining()
              + " bytes are no whole number of "
              + format
              + " elements of "
              + format.bits()
              + " bits; cut splits on element boundaries");
    }
  }
}
