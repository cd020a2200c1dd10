package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.Binade;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Significand;
import io.ckptaudit.udfs.number.Target;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * The reference, and the counter of F64: one value at a time, as a double, with sums of any length.
 */
final class ScalarWideCounter implements WideCounter {

  private static final int F64_PAYLOAD_BEYOND_BF16 = 45;

  private final FloatFormat format;
  private final int width;
  private final TableCrc32c crc = new TableCrc32c();
  private final TreeMap<Integer, Long> bf16 = new TreeMap<>();
  private final TreeMap<Integer, PlainSums> positive = new TreeMap<>();
  private final TreeMap<Integer, PlainSums> negative = new TreeMap<>();
  private final TreeMap<Integer, TreeMap<Integer, Long>> trailingZeros = new TreeMap<>();
  private final Map<Target, PlainCasts> casts = new EnumMap<>(Target.class);
  private final double[] others = new double[BLOCK];
  private int othersCount;

  private long elements;
  private long nan;
  private double min;
  private double max;
  private double smallest;
  private double largest;
  private double nearestZero;
  private long firstMinIndex;
  private long firstMaxIndex;
  private long firstNonFiniteIndex;

  ScalarWideCounter(FloatFormat format) {
    this.format = WideCounter.requireWide(format);
    this.width = format.bits() / Byte.SIZE;
    reset();
  }

  @Override
  public FloatFormat format() {
    return format;
  }

  @Override
  public int separate(ByteBuffer block, ByteBuffer out) {
    int length = WideCounter.requireBlock(format, block);
    ByteBuffer bytes = block.slice().order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer to = out.slice().order(ByteOrder.LITTLE_ENDIAN);
    othersCount = 0;
    for (int i = 0; i < bytes.limit(); i++) {
      crc.update(bytes.get(i));
    }
    for (int i = 0; i < length; i++) {
      long bits = width == 4 ? bytes.getInt(4 * i) & 0xFFFFFFFFL : bytes.getLong(8 * i);
      double value = format.decode(bits);
      addPlace(value);
      elements++;
      int code = bf16Code(bits, value);
      if (code >= 0) {
        bf16.merge(code, 1L, Long::sum);
      } else {
        put(to, bits);
        others[othersCount++] = value;
        addOther(value);
      }
    }
    return othersCount;
  }

  private void put(ByteBuffer to, long bits) {
    if (width == 4) {
      to.putInt((int) bits);
    } else {
      to.putLong(bits);
    }
  }

  /** The code of BF16 for the same value, or −1; for NaN the same payload is asked for. */
  private int bf16Code(long bits, double value) {
    if (width == 4) {
      return (bits & 0xFFFF) == 0 ? (int) (bits >>> 16) : -1;
    }
    if (Double.isNaN(value)) {
      int payload = (int) (bits >>> F64_PAYLOAD_BEYOND_BF16) & 0x7F;
      boolean held = bits << (Long.SIZE - F64_PAYLOAD_BEYOND_BF16) == 0;
      return held ? (int) (bits >>> 48 & 0x8000) | 0x7F80 | payload : -1;
    }
    long code = FloatFormat.BF16.round(value);
    return FloatFormat.BF16.decode(code) == value ? (int) code : -1;
  }

  private void addPlace(double value) {
    if (Double.isFinite(value)) {
      if (firstMinIndex < 0 || value < min) {
        min = value;
        firstMinIndex = elements;
      }
      if (firstMaxIndex < 0 || value > max) {
        max = value;
        firstMaxIndex = elements;
      }
    } else if (firstNonFiniteIndex < 0) {
      firstNonFiniteIndex = elements;
    }
  }

  private void addOther(double value) {
    if (Double.isNaN(value)) {
      nan++;
      return;
    }
    smallest = Math.min(smallest, value);
    largest = Math.max(largest, value);
    nearestZero = Math.min(nearestZero, Math.abs(value));
    int binade = Binade.of(value);
    long m = Significand.of(format, value);
    (value < 0 ? negative : positive).computeIfAbsent(binade, none -> new PlainSums()).add(m);
    trailingZeros
        .computeIfAbsent(binade, none -> new TreeMap<>())
        .merge(Long.numberOfTrailingZeros(m), 1L, Long::sum);
  }

  @Override
  public void count(Target target, ByteBuffer codes, FarCast far) {
    int bytes = target.format().bits() / Byte.SIZE;
    ByteBuffer from = Spans.view(codes, othersCount, bytes);
    PlainCasts cast = casts.computeIfAbsent(target, none -> new PlainCasts(format, target));
    for (int i = 0; i < othersCount; i++) {
      long code =
          switch (bytes) {
            case 1 -> from.get(i) & 0xFF;
            case 2 -> from.getShort(2 * i) & 0xFFFF;
            default -> from.getInt(4 * i) & 0xFFFFFFFFL;
          };
      cast.add(others[i], code, far);
    }
  }

  @Override
  public long elements() {
    return elements;
  }

  @Override
  public long firstMinIndex() {
    return firstMinIndex;
  }

  @Override
  public long firstMaxIndex() {
    return firstMaxIndex;
  }

  @Override
  public long firstNonFiniteIndex() {
    return firstNonFiniteIndex;
  }

  @Override
  public int crc32c() {
    return crc.value();
  }

  @Override
  public void drainTo(WideTally tally) {
    PlainCasts.drain(bf16, tally::bf16);
    if (nan > 0) {
      tally.nan(nan);
    }
    if (largest >= smallest) {
      tally.extremes(smallest, largest, nearestZero);
    }
    positive.forEach((k, s) -> tally.values(k, false, s.count(), s.sum(), s.sumSq()));
    negative.forEach((k, s) -> tally.values(k, true, s.count(), s.sum(), s.sumSq()));
    trailingZeros.forEach((k, z) -> z.forEach((n, count) -> tally.trailingZeros(k, n, count)));
    casts.values().forEach(cast -> cast.drainTo(tally));
  }

  @Override
  public void reset() {
    crc.reset();
    bf16.clear();
    positive.clear();
    negative.clear();
    trailingZeros.clear();
    casts.clear();
    othersCount = 0;
    elements = 0;
    nan = 0;
    smallest = Double.POSITIVE_INFINITY;
    largest = Double.NEGATIVE_INFINITY;
    nearestZero = Double.POSITIVE_INFINITY;
    firstMinIndex = -1;
    firstMaxIndex = -1;
    firstNonFiniteIndex = -1;
  }

  /** Count, sum and sum of squares of integers. */
  static final class PlainSums {
    private long count;
    private BigInteger sum = BigInteger.ZERO;
    private BigInteger sumSq = BigInteger.ZERO;

    void add(long m) {
      BigInteger big = BigInteger.valueOf(m);
      count++;
      sum = sum.add(big);
      sumSq = sumSq.add(big.multiply(big));
    }

    long count() {
      return count;
    }

    BigInteger sum() {
      return sum;
    }

    BigInteger sumSq() {
      return sumSq;
    }
  }
}
