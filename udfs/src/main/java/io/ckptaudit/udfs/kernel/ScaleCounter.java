package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.ScalingClass;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.TreeMap;

/**
 * Counts the {@link ScalingClass} of each element of F32 or F64, and the largest finite magnitude.
 * Exact; zeros, NaN and infinities have counts of their own; subnormals are values like others. A
 * count ends at 2^63 − 1, which no span reaches. F64 has no speed goal.
 */
public final class ScaleCounter {

  /** Receives the classes that occur. */
  @FunctionalInterface
  public interface ClassConsumer {
    void accept(int scalingClass, long count);
  }

  private static final int PIECE = 2048;
  private static final int RANK_SHIFT = 5;
  private static final int FIELD_SHIFT = 8;
  private static final int INFINITY = 0x7F800000;
  private static final int HIDDEN = 1 << 23;
  private static final int RANK_MASK = (1 << ScalingClass.RANK_FRACTION) - 1;

  private final FloatFormat format;
  private final byte[] ranks = ScalingClass.rankTable();
  private final int[] piece = new int[PIECE];

  /** By exponent field, rank, and bits of the significand. */
  private final long[] normals = new long[1 << (FIELD_SHIFT + FIELD_SHIFT)];

  private final TreeMap<Integer, Long> others = new TreeMap<>();
  private long zero;
  private long nan;
  private long infinite;
  private double largest;

  /**
   * @throws IllegalArgumentException for formats other than F32 and F64
   */
  public ScaleCounter(FloatFormat format) {
    this.format = WideCounter.requireWide(format);
  }

  /** Adds whole elements. */
  public void add(ByteBuffer span) {
    CodeCounter.requireWholeElements(format, span);
    ByteBuffer bytes = span.slice().order(ByteOrder.LITTLE_ENDIAN);
    if (format == FloatFormat.F64) {
      for (int i = 0; i < bytes.limit(); i += Double.BYTES) {
        addOther(bytes.getDouble(i));
      }
      return;
    }
    int elements = bytes.limit() / Float.BYTES;
    for (int start = 0; start < elements; start += PIECE) {
      int length = Math.min(PIECE, elements - start);
      bytes.asIntBuffer().get(start, piece, 0, length);
      addPiece(length);
    }
  }

  private void addPiece(int length) {
    long[] counts = normals;
    byte[] rankOf = ranks;
    int most = 0;
    for (int i = 0; i < length; i++) {
      int magnitude = piece[i] & Integer.MAX_VALUE;
      if (magnitude < HIDDEN || magnitude >= INFINITY) {
        addOther(Float.intBitsToFloat(magnitude));
        continue;
      }
      int bits = 23 - Integer.numberOfTrailingZeros(magnitude | HIDDEN);
      int rank = rankOf[magnitude >>> (23 - ScalingClass.RANK_FRACTION) & RANK_MASK];
      counts[magnitude >>> 23 << FIELD_SHIFT | rank << RANK_SHIFT | bits]++;
      most = Math.max(most, magnitude);
    }
    largest = Math.max(largest, Float.intBitsToFloat(most));
  }

  private void addOther(double value) {
    if (value == 0) {
      zero++;
    } else if (Double.isNaN(value)) {
      nan++;
    } else if (Double.isInfinite(value)) {
      infinite++;
    } else {
      others.merge(ScalingClass.of(value), 1L, Long::sum);
      largest = Math.max(largest, Math.abs(value));
    }
  }

  /** Gives every class that occurred since the last reset, once. */
  public void drainTo(ClassConsumer to) {
    TreeMap<Integer, Long> all = new TreeMap<>(others);
    for (int i = 0; i < normals.length; i++) {
      if (normals[i] != 0) {
        int rank = i >> RANK_SHIFT & ((1 << (FIELD_SHIFT - RANK_SHIFT)) - 1);
        int bits = i & ((1 << RANK_SHIFT) - 1);
        all.merge(
            ScalingClass.of((i >> FIELD_SHIFT) - 127, rank, bits), normals[i], Math::addExact);
      }
    }
    all.forEach(to::accept);
  }

  public long zero() {
    return zero;
  }

  public long nan() {
    return nan;
  }

  public long infinite() {
    return infinite;
  }

  /** The largest finite magnitude, or 0. */
  public double largest() {
    return largest;
  }

  /** Forgets everything counted. */
  public void reset() {
    Arrays.fill(normals, 0);
    others.clear();
    zero = 0;
    nan = 0;
    infinite = 0;
    largest = 0;
  }
}
