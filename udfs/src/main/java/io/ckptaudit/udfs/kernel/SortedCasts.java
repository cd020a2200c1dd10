package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Significand;
import io.ckptaudit.udfs.number.Target;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What casts of sorted F32 values to one target of 8 or 16 bits made of them.
 *
 * <p>A normal result in the binade of its value, or at its upper end, differs from it by the
 * difference of their F32 bits. Where the difference is at most half a spacing, as rounding leaves
 * it, that is the residual; anything else (results that are subnormal, zero, or not finite, clipped
 * values, NaN, wrong casts) is looked at one by one.
 */
final class SortedCasts {

  private static final int MAGNITUDE = Integer.MAX_VALUE;
  private static final int FRACTION = 0x7FFFFF;
  private static final int HIDDEN = 0x800000;
  private static final int LENGTH = 24;
  private static final int INFINITY = 0x7F800000;

  private static final Map<FloatFormat, int[]> DECODED = new ConcurrentHashMap<>();

  private final Target target;
  private final FloatFormat format;
  private final RunSums sums;
  private final CodeTables tables;
  private final int[] decoded;
  private final ResidualTable residuals = new ResidualTable();
  private final SumTable lost = new SumTable(BinadeTally.BINADES);
  private final SumTable clipped = new SumTable(BinadeTally.BINADES);
  private final short[] codes = new short[WideCounter.BLOCK + RunSums.SPARE];
  private final byte[] bytes;
  private final RunSums.CodeLine line;
  private final int half;
  private final int magnitudeMask;
  private final int smallestNormal;

  /** Exponent field of the smallest normal, as F32. */
  private final int smallestExponent;

  private WideCounter.FarCast far;
  private long underflow;
  private long subnormal;

  SortedCasts(Target target, RunSums sums) {
    this.target = target;
    this.format = target.format();
    this.sums = sums;
    this.decoded = DECODED.computeIfAbsent(format, SortedCasts::decode);
    boolean isShort = format.bits() == Short.SIZE;
    this.tables = isShort ? new WideCodeTables() : new ByteCodeTables();
    this.bytes = new byte[isShort ? 0 : codes.length];
    int shift = FloatFormat.F32.fractionBits() - format.fractionBits();
    this.half = 1 << (shift - 1);
    this.magnitudeMask = format.codes() / 2 - 1;
    this.smallestNormal = 1 << format.fractionBits();
    this.smallestExponent = FloatFormat.F32.bias() - format.bias() + 1;
    this.line =
        new RunSums.CodeLine(
            Integer.MIN_VALUE | magnitudeMask << shift,
            shift,
            (FloatFormat.F32.bias() - format.bias()) << FloatFormat.F32.fractionBits());
  }

  /**
   * @param nearest by exponent field, of casts of normal values to the nearest value of BF16
   */
  void add(
      ExponentSort sorted,
      ResidualSums[] nearest,
      ByteBuffer results,
      WideCounter.FarCast farCasts) {
    far = farCasts;
    load(results, sorted.length());
    for (int exponent = 0; exponent < ExponentSort.NOT_FINITE; exponent++) {
      int start = sorted.start(exponent);
      int end = sorted.end(exponent);
      if (end > start) {
        addRun(sorted.words(), start, end, exponent, nearest[exponent]);
      }
    }
  }

  private void load(ByteBuffer results, int length) {
    ByteBuffer from = Spans.view(results, length, format.bits() / Byte.SIZE);
    tables.count(from, 0, from.limit());
    if (format.bits() == Short.SIZE) {
      from.asShortBuffer().get(codes, 0, length);
    } else {
      from.get(bytes, 0, length);
      sums.widen(bytes, length, codes);
    }
  }

  /** Values of one exponent: all at once where every result is regular, else one by one. */
  private void addRun(int[] sorted, int start, int end, int exponent, ResidualSums nearest) {
    boolean regular =
        isNormal(exponent)
            ? addNearest(sorted, start, end, exponent, nearest)
                || addRegular(sorted, start, end, exponent, line, half)
            : isSmall(exponent) && addSmall(sorted, start, end, exponent);
    if (!regular) {
      addEach(sorted, start, end);
    }
  }

  /** Whether all results from 2^k to 2^(k+1) are normal, both limits included. */
  private boolean isNormal(int exponent) {
    int first = ((exponent << 23) - line.offset()) >> line.shift();
    return first >= smallestNormal && first + smallestNormal <= format.maxFiniteCode();
  }

  /** Whether values are normal, and results at most the smallest normal. */
  private boolean isSmall(int exponent) {
    return exponent > 0 && exponent < smallestExponent;
  }

  /**
   * Subnormal results are whole numbers of smallest subnormals, on a line for each binade of the
   * value; where that is below half of one, all results are zero.
   */
  private boolean addSmall(int[] sorted, int start, int end, int exponent) {
    int shift = line.shift() + smallestExponent - exponent;
    boolean vanishes = shift > LENGTH;
    sums.countSmall(codes, start, end, magnitudeMask, smallestNormal);
    int zeros = sums.zeros;
    int normals = sums.normals;
    if (sums.largest > (vanishes ? 0 : 1 << LENGTH - shift)) {
      return false;
    }
    int on = Math.min(shift, LENGTH);
    RunSums.CodeLine small =
        new RunSums.CodeLine(
            Integer.MIN_VALUE | (2 << LENGTH) - (1 << on), on, (exponent - 1) << 23);
    int limit = vanishes ? FRACTION | HIDDEN : 1 << shift - 1;
    spreadSigns(start, end, (2 << LENGTH - on) - 1);
    if (!addRegular(sorted, start, end, exponent, small, limit)) {
      gatherSigns(start, end, (2 << LENGTH - on) - 1);
      return false;
    }
    underflow += zeros;
    subnormal += end - start - zeros - normals;
    return true;
  }

  /** Repeats the sign of codes down to their magnitudes, so that a shift leaves it in place. */
  private void spreadSigns(int start, int end, int magnitudes) {
    for (int i = start; i < end; i++) {
      codes[i] = (short) (codes[i] & magnitudes | codes[i] >> Short.SIZE & ~magnitudes);
    }
  }

  private void gatherSigns(int start, int end, int magnitudes) {
    int kept = magnitudes | ~magnitudeMask;
    for (int i = start; i < end; i++) {
      codes[i] = (short) (codes[i] & kept);
    }
  }

  /** Adds a run to BF16 if all results are the nearest: then its residuals are summed already. */
  private boolean addNearest(int[] sorted, int start, int end, int exponent, ResidualSums nearest) {
    int row = BinadeTally.row(exponent);
    float share = residuals.shareWorthAdding(row);
    if (format != FloatFormat.BF16
        || !nearest.isSummed
        || !sums.areNearest(sorted, codes, start, end, share)) {
      return false;
    }
    if (sums.residuals.isShareMatched) {
      addShares(sorted, start, end, row, line, share);
    }
    nearest.largest = sums.residuals.largest;
    residuals.addRun(row, nearest);
    return true;
  }

  /** Adds a run if all results are on a line, of the same sign and within a limit. */
  private boolean addRegular(
      int[] sorted, int start, int end, int exponent, RunSums.CodeLine on, int limit) {
    int row = BinadeTally.row(exponent);
    float share = residuals.shareWorthAdding(row);
    boolean signsAgree = sums.addResiduals(sorted, codes, start, end, on, share);
    if (!signsAgree || sums.residuals.largest > limit) {
      return false;
    }
    if (sums.residuals.isShareMatched) {
      addShares(sorted, start, end, row, on, share);
    }
    residuals.addRun(row, sums.residuals);
    return true;
  }

  private void addShares(
      int[] sorted, int start, int end, int row, RunSums.CodeLine on, float share) {
    float least = share;
    int limit = residuals.significandsWorthAdding(row);
    for (int i = start; i < end; i++) {
      int r = on.residual(sorted[i], codes[i]);
      int m = sorted[i] & FRACTION | HIDDEN;
      if (m < limit && r > 0 && r >= m * least) {
        residuals.addShare(row, r, m);
        least = residuals.shareWorthAdding(row);
        limit = residuals.significandsWorthAdding(row);
      }
    }
  }

  private void addEach(int[] sorted, int start, int end) {
    for (int i = start; i < end; i++) {
      addOne(sorted[i], codes[i] & format.codes() - 1);
    }
  }

  private void addOne(int word, int code) {
    int exponent = word >>> 23 & 0xFF;
    int m = exponent == 0 ? word & FRACTION : word & FRACTION | HIDDEN;
    int row = exponent == 0 ? BinadeTally.subnormalRow(m) : BinadeTally.row(exponent);
    int result = decoded[code];
    if ((result & MAGNITUDE) >= INFINITY) {
      lost.add(row, 1, m, (long) m * m);
      return;
    }
    float value = Float.intBitsToFloat(word);
    if (target.isSaturating() && target.overflows(value)) {
      clipped.add(row, 1, m, (long) m * m);
    }
    boolean isZero = (result & MAGNITUDE) == 0;
    underflow += isZero ? 1 : 0;
    subnormal += !isZero && (code & magnitudeMask) < smallestNormal ? 1 : 0;
    int r = isZero ? m : residual(word, result);
    if (r < 0) {
      far.accept(target, value, Float.intBitsToFloat(result));
    } else if (r > 0) {
      addResidual(row, r, m);
    }
  }

  /** {@link Significand#residual} of F32 words, which count up in last places within a binade. */
  private static int residual(int word, int result) {
    int magnitude = word & MAGNITUDE;
    boolean isSubnormal = magnitude < HIDDEN;
    int low = isSubnormal ? Integer.highestOneBit(magnitude) : magnitude & ~FRACTION;
    int high = isSubnormal ? low << 1 : low + HIDDEN;
    int other = result & MAGNITUDE;
    boolean near = (word ^ result) >= 0 && other >= low && other <= high;
    return near ? Math.abs(magnitude - other) : -1;
  }

  private void addResidual(int row, int r, int m) {
    int shifted = r << (Integer.numberOfLeadingZeros(r) - Integer.numberOfLeadingZeros(m));
    int length = Integer.SIZE - Integer.numberOfLeadingZeros(r);
    residuals.addOne(row, 2 * length + (shifted >= m ? 1 : 0), r, m);
  }

  /** F32 words of the codes of a format; F32 holds them all. */
  private static int[] decode(FloatFormat format) {
    int[] words = new int[format.codes()];
    for (int code = 0; code < words.length; code++) {
      words[code] = Float.floatToIntBits((float) format.decode(code));
    }
    return words;
  }

  void drainTo(WideTally to) {
    int[] present = tables.codes();
    if (present.length > 0) {
      to.codes(target, present, Arrays.stream(present).mapToLong(tables::count).toArray());
    }
    if (underflow > 0 || subnormal > 0) {
      to.small(target, underflow, subnormal);
    }
    for (int row = 0; row < BinadeTally.BINADES; row++) {
      int binade = row + BinadeTally.LOWEST_BINADE;
      if (lost.count(row) > 0) {
        to.lost(target, binade, lost.count(row), lost.sum(row), lost.sumSq(row));
      }
      if (clipped.count(row) > 0) {
        to.clipped(target, binade, clipped.count(row), clipped.sum(row), clipped.sumSq(row));
      }
      residuals.drainTo(to, target, row);
    }
  }

  void reset() {
    tables.reset();
    residuals.reset();
    lost.reset();
    clipped.reset();
    underflow = 0;
    subnormal = 0;
  }
}
