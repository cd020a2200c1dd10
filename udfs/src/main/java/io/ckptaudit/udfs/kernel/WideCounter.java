package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Significand;
import io.ckptaudit.udfs.number.Target;
import java.nio.ByteBuffer;

/**
 * Counts spans of little-endian F32 or F64 elements, and what casts made of them, which others work
 * out: {@link #separate} counts the elements that BF16 holds and hands on the others; their casts
 * come back through {@link #count}, one target after the other.
 *
 * <p>One instance per split being read; reusable after {@link #reset}; not thread-safe. All results
 * are exact and do not depend on where the sequence is cut, nor on the order in which elements are
 * handed on. Sums are of at least 128 bits: significands of F32 are below 2^24 and their squares
 * below 2^48, so 2^63 elements, of which 10^13 are 2^43.2, come to less than 2^111.
 */
public sealed interface WideCounter permits ScalarWideCounter, SortingWideCounter {

  /** Elements of a block at most: with its casts it stays in the second-level cache. */
  int BLOCK = 1 << 15;

  /** Receives casts that ended so far from the value that the error is no whole last place. */
  @FunctionalInterface
  interface FarCast {
    void accept(Target target, double value, double cast);
  }

  /** The layout of the elements. */
  FloatFormat format();

  /**
   * Counts the elements of a block that BF16 holds and writes the others, in any order. The
   * buffers' positions, limits and orders are left as they are.
   *
   * @param block at most {@link #BLOCK} elements, from position to limit
   * @param others room for as many, from its position on
   * @return how many were written
   * @throws IllegalArgumentException if the block is longer or ends inside an element
   */
  int separate(ByteBuffer block, ByteBuffer others);

  /**
   * Counts what a cast made of the elements that the last {@link #separate} wrote; once for each
   * target.
   *
   * @param codes little-endian, in the order written, from its position on
   */
  void count(Target target, ByteBuffer codes, FarCast far);

  /** Number of elements since the last reset. */
  long elements();

  /** As {@link CodeCounter#firstMinIndex}. */
  long firstMinIndex();

  /** As {@link CodeCounter#firstMaxIndex}. */
  long firstMaxIndex();

  /** As {@link CodeCounter#firstNonFiniteIndex}. */
  long firstNonFiniteIndex();

  /** CRC-32C of all bytes since the last reset; 0 if there were none. */
  int crc32c();

  /** Gives all that was counted since the last reset. */
  void drainTo(WideTally tally);

  /** Forgets everything counted. */
  void reset();

  /**
   * Checks that a format can be counted so.
   *
   * @throws IllegalArgumentException for formats other than F32 and F64
   */
  static FloatFormat requireWide(FloatFormat format) {
    if (format != FloatFormat.F32 && format != FloatFormat.F64) {
      throw new IllegalArgumentException(
          "Cannot count " + format + " by binade: only F32 and F64 are; count its codes");
    }
    return format;
  }

  /** Elements of a block, checked. */
  static int requireBlock(FloatFormat format, ByteBuffer block) {
    CodeCounter.requireWholeElements(format, block);
    int elements = block.remaining() / (format.bits() / Byte.SIZE);
    if (elements > BLOCK) {
      throw new IllegalArgumentException(
          "Invalid block: " + elements + " elements; cut spans to " + BLOCK);
    }
    return elements;
  }

  /**
   * Where a residual is counted: 2 · bit length, plus one where it is at least m once shifted to
   * the length of m.
   */
  static int residualCell(FloatFormat format, int binade, long residual, long m) {
    int length = Long.SIZE - Long.numberOfLeadingZeros(residual);
    long shifted = residual << (Significand.length(format, binade) - length);
    return 2 * length + (shifted >= m ? 1 : 0);
  }

  /** Cells for residuals of a format. */
  static int residualCells(FloatFormat format) {
    return 2 * (format.fractionBits() + 1) + 2;
  }
}
