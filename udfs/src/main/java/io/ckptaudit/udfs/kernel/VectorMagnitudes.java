package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.MagnitudeKey;
import java.nio.ByteBuffer;
import java.util.Arrays;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The fast twin on the Vector API: the sign is cleared and each lane keeps its largest. Spans go
 * through a small array on the heap, a piece at a time, for the reason that those of {@link
 * VectorConversions} do; lanes beyond the last element hold zeros. Ranges of a few elements, and
 * formats of other widths, are {@link WordMagnitudes}' own.
 */
final class VectorMagnitudes implements MagnitudeSearch {

  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  /** Bytes of a piece: it stays in the first-level cache. */
  private static final int PIECE = 8 << 10;

  /** Below so many bytes the words are as fast. */
  private static final int FEW = 256;

  private final int width;
  private final long notFinite;
  private final WordMagnitudes words;
  private final byte[] bytes;
  private final short[] shorts;
  private final int[] ints;

  VectorMagnitudes(FloatFormat format) {
    width = format.bits() / Byte.SIZE;
    notFinite = MagnitudeKey.notFinite(format);
    words = new WordMagnitudes(format);
    bytes = width == Byte.BYTES ? new byte[PIECE] : null;
    shorts = width == Short.BYTES ? new short[PIECE / Short.BYTES] : null;
    ints = width == Integer.BYTES ? new int[PIECE / Integer.BYTES] : null;
  }

  /** Whether {@link WordMagnitudes} are for the format, and its elements are lanes of vectors. */
  static boolean isFor(FloatFormat format) {
    return WordMagnitudes.isFor(format) && format.bits() <= Integer.SIZE;
  }

  @Override
  public long largest(ByteBuffer span, long first, long end, long atLeast) {
    if ((end - first) * width < FEW) {
      return words.largest(span, first, end, atLeast);
    }
    int to = Math.toIntExact(end * width);
    int largest = 0;
    for (int at = Math.toIntExact(first * width); at < to; at += PIECE) {
      largest = Math.max(largest, ofPiece(span, at, Math.min(PIECE, to - at)));
    }
    return Math.max(atLeast, Math.min(largest, notFinite));
  }

  private int ofPiece(ByteBuffer span, int at, int length) {
    ByteBuffer piece = span.slice(at, length).order(span.order());
    return switch (width) {
      case Byte.BYTES -> ofBytes(piece, length);
      case Short.BYTES -> ofShorts(piece, length / Short.BYTES);
      default -> ofInts(piece, length / Integer.BYTES);
    };
  }

  private int ofBytes(ByteBuffer piece, int length) {
    piece.get(0, bytes, 0, length);
    int whole = BYTES.loopBound(length + BYTES.length() - 1);
    Arrays.fill(bytes, length, whole, (byte) 0);
    ByteVector largest = ByteVector.zero(BYTES);
    for (int i = 0; i < whole; i += BYTES.length()) {
      largest = largest.max(ByteVector.fromArray(BYTES, bytes, i).and(Byte.MAX_VALUE));
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  private int ofShorts(ByteBuffer piece, int length) {
    piece.asShortBuffer().get(0, shorts, 0, length);
    int whole = SHORTS.loopBound(length + SHORTS.length() - 1);
    Arrays.fill(shorts, length, whole, (short) 0);
    ShortVector largest = ShortVector.zero(SHORTS);
    for (int i = 0; i < whole; i += SHORTS.length()) {
      largest = largest.max(ShortVector.fromArray(SHORTS, shorts, i).and(Short.MAX_VALUE));
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }

  private int ofInts(ByteBuffer piece, int length) {
    piece.asIntBuffer().get(0, ints, 0, length);
    int whole = INTS.loopBound(length + INTS.length() - 1);
    Arrays.fill(ints, length, whole, 0);
    IntVector largest = IntVector.zero(INTS);
    for (int i = 0; i < whole; i += INTS.length()) {
      largest = largest.max(IntVector.fromArray(INTS, ints, i).and(Integer.MAX_VALUE));
    }
    return largest.reduceLanes(VectorOperators.MAX);
  }
}
