package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Significand;
import io.ckptaudit.udfs.number.Target;
import java.nio.ByteBuffer;

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

  private final Target target;
  private final FloatFormat format;
  private final CodeTally tally;
  private final ResidualTable residuals = new ResidualTable();
  private final SumTable lost = new SumTable(BinadeTally.BINADES);
  private final SumTable clipped = new SumTable(BinadeTally.BINADES);
  private final int[] codes = new int[WideCounter.BLOCK];
  private final short[] shorts;

  /** From a magnitude code to F32 bits: shifted by so much, plus the difference of the biases. */
  private final int shift;

  private final int rebase;
  private final int half;
  private final int signShift;
  private final int magnitudeMask;
  private final int smallestNormal;
  private final int normals;

  private WideCounter.FarCast far;
  private long underflow;
  private long subnormal;

  SortedCasts(Target target) {
    this.target = target;
    this.format = target.format();
    this.tally = new CodeTally(Spans.narrowWidth(format) * Byte.SIZE);
    this.shorts = new short[format.bits() == Short.SIZE ? WideCounter.BLOCK : 0];
    this.shift = FloatFormat.F32.fractionBits() - format.fractionBits();
    this.rebase = (FloatFormat.F32.bias() - format.bias()) << FloatFormat.F32.fractionBits();
    this.half = 1 << (shift - 1);
    this.signShift = Integer.SIZE - format.bits();
    this.magnitudeMask = format.codes() / 2 - 1;
    this.smallestNormal = 1 << format.fractionBits();
    this.normals = (int) format.maxFiniteCode() + 1 - smallestNormal;
  }

  /**
   * @param sorted words of F32 in buckets of 2 · exponent field + sign
   * @param ends of the buckets
   */
  void add(int[] sorted, int[] ends, ByteBuffer results, WideCounter.FarCast farCasts) {
    int length = ends[BinadeTally.BUCKETS + 1];
    far = farCasts;
    load(results, length);
    tally.expect(length);
    addEach(sorted, 0, ends[1]);
    for (int exponent = 1; exponent < 255; exponent++) {
      int start = ends[2 * exponent - 1];
      int end = ends[2 * exponent + 1];
      if (end > start) {
        addRun(sorted, start, end, exponent);
      }
    }
    for (int i = ends[BinadeTally.BUCKETS - 1]; i < length; i++) {
      countCode(codes[i]);
    }
  }

  private void load(ByteBuffer results, int length) {
    ByteBuffer from = Spans.view(results, length, format.bits() / Byte.SIZE);
    if (format.bits() == Short.SIZE) {
      from.asShortBuffer().get(shorts, 0, length);
      for (int i = 0; i < length; i++) {
        codes[i] = shorts[i] & 0xFFFF;
      }
    } else {
      for (int i = 0; i < length; i++) {
        codes[i] = from.get(i) & 0xFF;
      }
    }
  }

  private void countCode(int code) {
    tally.pending[code]++;
    tally.touch(code);
  }

  /** Values of one exponent. */
  private void addRun(int[] sorted, int start, int end, int exponent) {
    touchCodes(exponent);
    int[] counters = tally.pending;
    int[] cells = residuals.cells;
    long sum = 0;
    long sumSq = 0;
    int largest = 0;
    long shareOf = 0;
    long shareIn = 1;
    for (int i = start; i < end; i++) {
      int word = sorted[i];
      int code = codes[i];
      int magnitude = code & magnitudeMask;
      int r = Math.abs((word & MAGNITUDE) - ((magnitude << shift) + rebase));
      boolean isNormal = Integer.compareUnsigned(magnitude - smallestNormal, normals) < 0;
      if (!isNormal || r > half || (code << signShift ^ word) < 0) {
        addOne(word, code);
        continue;
      }
      counters[code]++;
      int m = word & FRACTION | HIDDEN;
      int length = Integer.SIZE - Integer.numberOfLeadingZeros(r);
      int reaches = m - 1 - (r << (LENGTH - length)) >>> 31;
      cells[2 * length + reaches]++;
      sum += r;
      sumSq += (long) r * r;
      largest = Math.max(largest, r);
      if (r * shareIn > shareOf * m) {
        shareOf = r;
        shareIn = m;
      } else if (r * shareIn == shareOf * m && m < shareIn) {
        shareOf = r;
        shareIn = m;
      }
    }
    residuals.addRun(BinadeTally.row(exponent), sum, sumSq, largest, shareOf, shareIn);
  }

  /** Touches the codes of the values from 2^k to 2^(k+1), of both signs, so far as normal. */
  private void touchCodes(int exponent) {
    int lowest = ((exponent << 23) - rebase) >> shift;
    int first = Math.max(lowest, 0);
    int last = Math.min(lowest + smallestNormal, magnitudeMask);
    if (last >= first) {
      tally.touch(first, last);
      tally.touch(first + magnitudeMask + 1, last + magnitudeMask + 1);
    }
  }

  private void addEach(int[] sorted, int start, int end) {
    for (int i = start; i < end; i++) {
      addOne(sorted[i], codes[i]);
    }
  }

  private void addOne(int word, int code) {
    countCode(code);
    int exponent = word >>> 23 & 0xFF;
    int m = exponent == 0 ? word & FRACTION : word & FRACTION | HIDDEN;
    int row = exponent == 0 ? BinadeTally.subnormalRow(m) : BinadeTally.row(exponent);
    if (!format.isFinite(code)) {
      lost.add(row, 1, m, (long) m * m);
      return;
    }
    double value = Float.intBitsToFloat(word);
    if (target.isSaturating() && target.overflows(value)) {
      clipped.add(row, 1, m, (long) m * m);
    }
    if ((code & magnitudeMask) == 0) {
      underflow++;
      addResidual(row, m, m);
      return;
    }
    subnormal += (code & magnitudeMask) < smallestNormal ? 1 : 0;
    double cast = format.decode(code);
    int r = (int) Significand.residual(FloatFormat.F32, value, cast);
    if (r < 0) {
      far.accept(target, value, cast);
    } else if (r > 0) {
      addResidual(row, r, m);
    }
  }

  private void addResidual(int row, int r, int m) {
    int binade = row + BinadeTally.LOWEST_BINADE;
    int cell = WideCounter.residualCell(FloatFormat.F32, binade, r, m);
    residuals.addOne(row, cell, r, m);
  }

  void drainTo(WideTally to) {
    tally.drainTo((present, counts) -> to.codes(target, present, counts));
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
    tally.reset();
    residuals.reset();
    lost.reset();
    clipped.reset();
    underflow = 0;
    subnormal = 0;
  }
}
