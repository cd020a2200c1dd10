package io.ckptaudit.udfs.number;

import java.math.BigDecimal;
import java.util.function.LongFunction;
import java.util.stream.LongStream;

/**
 * The oracle: each format's finite values from its definition, in BigDecimal, and rounding as a
 * search for the nearest of them. Slow and plain; takes nothing from the code under test, whose
 * parameters are written here a second time from the specifications.
 */
enum ExactFormat {
  F64(64, 52, 1023, 0x7FEF_FFFF_FFFF_FFFFL, 0x7FF0_0000_0000_0000L, 0x7FF8_0000_0000_0000L),
  F32(32, 23, 127, 0x7F7F_FFFFL, 0x7F80_0000L, 0x7FC0_0000L),
  F16(16, 10, 15, 0x7BFF, 0x7C00, 0x7E00),
  BF16(16, 7, 127, 0x7F7F, 0x7F80, 0x7FC0),
  F8_E4M3(8, 3, 7, 0x7E, 0x7F, 0x7F),
  F8_E5M2(8, 2, 15, 0x7B, 0x7C, 0x7E),
  F8_E4M3FNUZ(8, 3, 8, 0x7F, 0x80, 0x80),
  F8_E5M2FNUZ(8, 2, 16, 0x7F, 0x80, 0x80),
  F6_E3M2(6, 2, 3, 0x1F, 0x1F, -1),
  F6_E2M3(6, 3, 1, 0x1F, 0x1F, -1),
  F4(4, 1, 1, 0x7, 0x7, -1);

  private static final BigDecimal TWO = BigDecimal.valueOf(2);
  private static final int LOWEST_POWER = -1074;
  private static final BigDecimal[] POWERS = powersOfTwo();

  private final int bits;
  private final int fractionBits;
  private final int bias;
  private final long maxFinite;
  private final long overflow;
  private final long nan;
  private final LongFunction<BigDecimal> values;

  /**
   * Codes without sign: the largest finite one, what lies beyond it, and NaN (−1 if there is none).
   */
  ExactFormat(int bits, int fractionBits, int bias, long maxFinite, long overflow, long nan) {
    this.bits = bits;
    this.fractionBits = fractionBits;
    this.bias = bias;
    this.maxFinite = maxFinite;
    this.overflow = overflow;
    this.nan = nan;
    this.values = bits > 16 ? this::compute : tabulate();
  }

  private LongFunction<BigDecimal> tabulate() {
    BigDecimal[][] table = new BigDecimal[1][];
    return code -> {
      if (table[0] == null) {
        table[0] =
            LongStream.rangeClosed(0, maxFinite).mapToObj(this::compute).toArray(BigDecimal[]::new);
      }
      return table[0][(int) code];
    };
  }

  private static BigDecimal[] powersOfTwo() {
    BigDecimal[] powers = new BigDecimal[2 * -LOWEST_POWER + 1];
    powers[-LOWEST_POWER] = BigDecimal.ONE;
    for (int e = 1; e <= -LOWEST_POWER; e++) {
      powers[-LOWEST_POWER + e] = powers[-LOWEST_POWER + e - 1].multiply(TWO);
      powers[-LOWEST_POWER - e] = powers[-LOWEST_POWER - e + 1].divide(TWO);
    }
    return powers;
  }

  static BigDecimal powerOfTwo(int exponent) {
    return POWERS[exponent - LOWEST_POWER];
  }

  FloatFormat format() {
    return FloatFormat.valueOf(name());
  }

  long maxFiniteCode() {
    return maxFinite;
  }

  long signBit() {
    return 1L << (bits - 1);
  }

  boolean hasNaN() {
    return nan >= 0;
  }

  /** FNUZ: the code of negative zero is NaN. */
  boolean hasNegativeZero() {
    return nan != signBit();
  }

  private BigDecimal compute(long magnitude) {
    long field = magnitude >> fractionBits;
    long fraction = magnitude & ((1L << fractionBits) - 1);
    long significand = field == 0 ? fraction : fraction + (1L << fractionBits);
    int exponent = (int) Math.max(field, 1) - bias - fractionBits;
    return BigDecimal.valueOf(significand).multiply(powerOfTwo(exponent));
  }

  /** The value of a finite code without its sign. */
  BigDecimal magnitude(long code) {
    return values.apply(code);
  }

  /** Halfway between the largest finite value and where the next would be. */
  BigDecimal overflowLimit() {
    BigDecimal max = magnitude(maxFinite);
    return max.add(max.subtract(magnitude(maxFinite - 1)).divide(TWO));
  }

  /** Ties go to the even code: at the limit itself, up when the largest finite code is odd. */
  boolean overflows(BigDecimal magnitude) {
    int order = magnitude.compareTo(overflowLimit());
    return order > 0 || order == 0 && maxFinite % 2 == 1;
  }

  long round(double value) {
    if (Double.isNaN(value)) {
      return nan;
    }
    boolean negative = value < 0 || 1 / value == Double.NEGATIVE_INFINITY;
    long code = Double.isInfinite(value) ? overflow : roundMagnitude(new BigDecimal(value).abs());
    boolean signed = negative && (code != 0 || hasNegativeZero());
    return signed ? code | signBit() : code;
  }

  long roundSaturating(double value) {
    boolean beyond = Double.isInfinite(value) || overflows(new BigDecimal(value).abs());
    return !beyond ? round(value) : value < 0 ? maxFinite | signBit() : maxFinite;
  }

  private long roundMagnitude(BigDecimal value) {
    if (overflows(value)) {
      return overflow;
    }
    long low = 0;
    long high = maxFinite;
    while (low < high) {
      long middle = high - (high - low) / 2;
      if (magnitude(middle).compareTo(value) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    if (low == maxFinite) {
      return low;
    }
    BigDecimal fromLow = value.subtract(magnitude(low));
    int order = fromLow.compareTo(magnitude(low + 1).subtract(value));
    return order < 0 || order == 0 && low % 2 == 0 ? low : low + 1;
  }
}
