package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Compares the elements of one tensor before and after a training step: which updates a copy in F16
 * or BF16 would lose.
 *
 * <p>With u = after − before in F32 and copy = before rounded to the target: an update is lost if u
 * ≠ 0 and the F32 sum copy + u, rounded, is copy again. All is done in F32, rounded to nearest,
 * ties to even, as a trainer would; 16-bit sources are widened, which is exact.
 *
 * <p>Counts without unit, sums in integers: exact for any order and cut. An update that is NaN or
 * infinite is only counted. Subnormal updates are updates; −0 and +0 are equal. A copy beyond the
 * largest finite value of its target is infinite, and loses whatever is added to it. Source:
 * docs/updates.md.
 */
public final class UpdateCounter {

  /** Lost in neither target, in F16, in BF16, in both: index by these bits. */
  public static final int F16 = 1;

  public static final int BF16 = 2;

  private static final int PIECE = 2048;

  private final FloatFormat format;
  private final UpdateSums sums = new UpdateSums();
  private final float[] before = new float[PIECE];
  private final float[] after = new float[PIECE];
  private final short[] codesBefore = new short[PIECE];
  private final short[] codesAfter = new short[PIECE];

  /** Null until a tensor of 16 bits has more than a few elements. */
  private CodePairs pairs;

  private long elements;

  /**
   * @throws IllegalArgumentException for formats other than F32, F16 and BF16
   */
  public UpdateCounter(FloatFormat format) {
    if (!isFor(format)) {
      throw new IllegalArgumentException(
          "Cannot take updates of " + format + ": they are of F32, F16 or BF16");
    }
    this.format = format;
  }

  /** Whether updates of a format can be taken. */
  public static boolean isFor(FloatFormat format) {
    return format == FloatFormat.F32 || format == FloatFormat.F16 || format == FloatFormat.BF16;
  }

  /** Adds whole elements, as many of each side. */
  public void add(ByteBuffer ofBefore, ByteBuffer ofAfter) {
    CodeCounter.requireWholeElements(format, ofBefore);
    if (ofBefore.remaining() != ofAfter.remaining()) {
      throw new IllegalArgumentException(
          "Cannot compare "
              + ofBefore.remaining()
              + " bytes with "
              + ofAfter.remaining()
              + ": hand in the same elements of both sides");
    }
    ByteBuffer left = ofBefore.slice().order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer right = ofAfter.slice().order(ByteOrder.LITTLE_ENDIAN);
    int length = left.remaining() / (format.bits() / Byte.SIZE);
    for (int start = 0; start < length; start += PIECE) {
      int count = Math.min(PIECE, length - start);
      if (format == FloatFormat.F32) {
        left.asFloatBuffer().get(start, before, 0, count);
        right.asFloatBuffer().get(start, after, 0, count);
        sums.add(before, after, count);
      } else {
        left.asShortBuffer().get(start, codesBefore, 0, count);
        right.asShortBuffer().get(start, codesAfter, 0, count);
        addCodes(elements + start < CodePairs.FEW ? count : addPairs(count));
      }
    }
    elements += length;
  }

  /** Counts pairs of codes that are near each other. */
  private int addPairs(int count) {
    if (pairs == null) {
      pairs = new CodePairs();
    }
    if (pairs.isFull()) {
      drainPairs();
    }
    return pairs.add(codesBefore, codesAfter, count);
  }

  private void addCodes(int count) {
    widen(codesBefore, count, before);
    widen(codesAfter, count, after);
    sums.add(before, after, count);
  }

  private void widen(short[] codes, int count, float[] to) {
    if (format == FloatFormat.BF16) {
      for (int i = 0; i < count; i++) {
        to[i] = Float.intBitsToFloat(codes[i] << Short.SIZE);
      }
    } else {
      float[] table = HalfValues.TABLE;
      for (int i = 0; i < count; i++) {
        to[i] = table[codes[i] & 0xFFFF];
      }
    }
  }

  /** The values of all F16 codes; made when first asked for. */
  private static final class HalfValues {
    static final float[] TABLE = table();

    private static float[] table() {
      float[] values = new float[1 << Short.SIZE];
      for (int code = 0; code < values.length; code++) {
        values[code] = (float) FloatFormat.F16.decode(code);
      }
      return values;
    }
  }

  private void drainPairs() {
    pairs.drainTo((from, to, count) -> sums.add(value(from), value(to) - value(from), count));
  }

  private float value(int code) {
    return format == FloatFormat.BF16
        ? Float.intBitsToFloat(code << Short.SIZE)
        : HalfValues.TABLE[code];
  }

  /** Receives what was counted. Kinds are lost in neither, F16, BF16, both. */
  public interface Tally {

    void totals(long elements, long zero, long nonFinite);

    /** By the target whose copy is concerned: index by {@link #F16} and {@link #BF16}. */
    void copies(int target, long belowHalfSpacing, long overflow);

    void flags(long below24, long above2048, long above256);

    /**
     * @param bin of |before| / |u|; null where before is zero
     */
    void ratio(Integer bin, int kind, long count);

    /** Σ|u| of a kind is the sum of m · 2^unit over all units. */
    void sum(int unit, int kind, BigInteger m);
  }

  /** Gives all that was counted since the last reset. */
  public void drainTo(Tally to) {
    if (pairs != null) {
      drainPairs();
    }
    sums.drainTo(to, elements);
  }

  /** Forgets everything counted. */
  public void reset() {
    if (pairs != null) {
      pairs.reset();
    }
    sums.reset();
    elements = 0;
  }
}
