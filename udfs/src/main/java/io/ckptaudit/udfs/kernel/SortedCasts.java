package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Significand;
import io.ckptaudit.udfs.number.Target;
import java.nio.ByteBuffer;
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
  private final CodeTally tally;
  private final int[] decoded;
  private final ResidualTable residuals = new ResidualTable();
  private final SumTable lost = new SumTable(BinadeTally.BINADES);
  private final SumTable clipped = new SumTable(BinadeTally.BINADES);
  private final int[] codes = new int[WideCounter.BLOCK];
  private final int[] differences = new int[WideCounter.BLOCK];
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
    this.decoded = DECODED.computeIfAbsent(format, SortedCasts::decode);
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

  /** Values of one exponent: all at once where every result is regular, else one by one. */
  private void addRun(int[] sorted, int start, int end, int exponent) {
    if (measure(sorted, start, end) < 0) {
      addEach(sorted, start, end);
      return;
    }
    touchCodes(exponent);
    int[] counters = tally.pending;
    for (int i = start; i < end; i++) {
      counters[codes[i]]++;
    }
    addMeasured(sorted, start, end, BinadeTally.row(exponent));
  }

  /** Works out the differences; a negative result says that some are no residuals. */
  private int measure(int[] sorted, int start, int end) {
    int[] results = codes;
    int[] to = differences;
    int largestNormal = smallestNormal + normals - 1;
    int faults = 0;
    for (int i = start; i < end; i++) {
      int word = sorted[i];
      int code = results[i];
      int magnitude = code & magnitudeMask;
      int r = Math.abs((word & MAGNITUDE) - ((magnitude << shift) + rebase));
      to[i] = r;
      faults |=
          magnitude - smallestNormal
              | largestNormal - magnitude
              | half - r
              | code << signShift ^ word;
    }
    return faults;
  }

  /** Plain loops, one after the other: the compiler unrolls what calls nothing. */
  private void addMeasured(int[] sorted, int start, int end, int row) {
    int[] from = differences;
    int[] cells = residuals.cells;
    for (int i = start; i < end; i++) {
      int r = from[i];
      int m = sorted[i] & FRACTION | HIDDEN;
      int length = Integer.SIZE - Integer.numberOfLeadingZeros(r);
      int reaches = m - 1 - (r << (LENGTH - length)) >>> 31;
      cells[length << 2 | reaches << 1 | i & 1]++;
    }
    long sum = 0;
    long sumSq = 0;
    int largest = 0;
    for (int i = start; i < end; i++) {
      int r = from[i];
      sum += r;
      sumSq += (long) r * r;
      largest = Math.max(largest, r);
    }
    int worth = residuals.worthLooking(row);
    for (int i = start; i < end; i++) {
      if (from[i] >= worth) {
        worth = residuals.addShare(row, from[i], sorted[i] & FRACTION | HIDDEN);
      }
    }
    residuals.addRun(row, sum, sumSq, largest);
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
