package io.ckptaudit.udfs.number;

/**
 * A binary floating-point layout: sign, exponent and fraction bits, bias, and which codes are not
 * numbers. A <em>code</em> is a bit pattern of {@link #bits()} bits, held in the low bits of a
 * {@code long} with the rest zero; other arguments are not checked.
 *
 * <p>Exact: every finite value of every format here is a {@code double}, so {@link #decode} rounds
 * nothing and {@link #round} rounds once, to nearest, ties to even.
 *
 * <p>NaN: payloads and signs are dropped; the canonical one is quiet with the sign clear, but in
 * the FNUZ types, whose only NaN is 0x80; F6 and F4 have none. ±Infinity: only in the IEEE layouts.
 * −0: kept, but the FNUZ types and F8_E8M0 have none. Subnormals are values like others and never
 * flushed. Overflow: {@link #overflowThreshold()}.
 *
 * <p>Sources: IEEE 754-2019 §3.4 (F64, F32, F16); BF16 as the high half of F32; OCP OFP8 1.0
 * (F8_E4M3, F8_E5M2); OCP MX 1.0 (F8_E8M0, F6, F4); the FNUZ types as in ml_dtypes 0.6.
 */
public enum FloatFormat {
  F64(64, 11, 52, 1023, Specials.IEEE),
  F32(32, 8, 23, 127, Specials.IEEE),
  F16(16, 5, 10, 15, Specials.IEEE),
  BF16(16, 8, 7, 127, Specials.IEEE),
  F8_E4M3(8, 4, 3, 7, Specials.NAN_ALL_ONES),
  F8_E5M2(8, 5, 2, 15, Specials.IEEE),
  F8_E4M3FNUZ(8, 4, 3, 8, Specials.NAN_NEGATIVE_ZERO),
  F8_E5M2FNUZ(8, 5, 2, 16, Specials.NAN_NEGATIVE_ZERO),
  F8_E8M0(8, 8, 0, 127, Specials.SCALE),
  F6_E3M2(6, 3, 2, 3, Specials.NONE),
  F6_E2M3(6, 2, 3, 1, Specials.NONE),
  F4(4, 2, 1, 1, Specials.NONE);

  /** Which codes of a format are not finite numbers. */
  private enum Specials {
    /** The highest exponent holds ±infinity (fraction 0) and NaN. */
    IEEE,
    /** No infinity; NaN is the code of all ones below the sign. */
    NAN_ALL_ONES,
    /** No infinity, no negative zero: the code of negative zero is the only NaN. */
    NAN_NEGATIVE_ZERO,
    /** Every code is a number. */
    NONE,
    /** Unsigned powers of two, no zero, no infinity; NaN is the code of all ones. */
    SCALE
  }

  private final int bits;
  private final int exponentBits;
  private final int fractionBits;
  private final int bias;
  private final Specials specials;

  FloatFormat(int bits, int exponentBits, int fractionBits, int bias, Specials specials) {
    this.bits = bits;
    this.exponentBits = exponentBits;
    this.fractionBits = fractionBits;
    this.bias = bias;
    this.specials = specials;
  }

  /** Width of a code in bits. */
  public int bits() {
    return bits;
  }

  /** Width of the exponent field in bits. */
  public int exponentBits() {
    return exponentBits;
  }

  /** Width of the fraction field in bits; the significand has one more, the hidden one. */
  public int fractionBits() {
    return fractionBits;
  }

  /** What is subtracted from the exponent field: 127 in F32. */
  public int bias() {
    return bias;
  }

  /** Number of codes, 2^bits; only formats of at most 16 bits can be counted by code. */
  public int codes() {
    if (bits > 16) {
      throw new IllegalStateException(
          "Cannot count "
              + name()
              + " by code: it has 2^"
              + bits
              + " codes, and only formats of at most 16 bits are counted; use the state of wide"
              + " sources");
    }
    return 1 << bits;
  }

  /** Whether the highest bit of a code is a sign. All formats but {@link #F8_E8M0}. */
  public boolean isSigned() {
    return specials != Specials.SCALE;
  }

  /** Whether the format has codes for ±infinity. */
  public boolean hasInfinity() {
    return specials == Specials.IEEE;
  }

  /** Whether the format has a code for NaN; without one, nothing but a number can be stored. */
  public boolean hasNaN() {
    return specials != Specials.NONE;
  }

  /** Whether zero has two codes. */
  public boolean hasNegativeZero() {
    return isSigned() && specials != Specials.NAN_NEGATIVE_ZERO;
  }

  /** The code with the sign removed. */
  public long magnitude(long code) {
    return isSigned() ? code & (signMask() - 1) : code;
  }

  /** Whether the sign bit of the code is set. */
  public boolean isNegative(long code) {
    return isSigned() && (code & signMask()) != 0;
  }

  /** Whether the code is one of the format's NaNs, quiet or signalling. */
  public boolean isNaN(long code) {
    return switch (specials) {
      case IEEE -> magnitude(code) > infinityMagnitude();
      case NAN_ALL_ONES -> magnitude(code) == signMask() - 1;
      case NAN_NEGATIVE_ZERO -> code == signMask();
      case SCALE -> code == maxFiniteCode() + 1;
      case NONE -> false;
    };
  }

  /** Whether the code is ±infinity. */
  public boolean isInfinite(long code) {
    return hasInfinity() && magnitude(code) == infinityMagnitude();
  }

  /** Whether the code is a number: neither NaN nor infinite. */
  public boolean isFinite(long code) {
    return !isNaN(code) && !isInfinite(code);
  }

  /** Whether the code is a non-zero number below {@link #smallestNormal()} in magnitude. */
  public boolean isSubnormal(long code) {
    return isSigned() && !isNaN(code) && magnitude(code) != 0 && exponentField(code) == 0;
  }

  /** The exponent field of a code, still biased. */
  public long exponentField(long code) {
    return magnitude(code) >>> fractionBits;
  }

  /** The fraction field of a code. */
  public long fractionField(long code) {
    return code & ((1L << fractionBits) - 1);
  }

  /**
   * The value of a code, exact. NaN codes give NaN (payload and sign dropped), infinities give
   * infinities, negative zero gives −0.0, subnormals are exact.
   */
  public double decode(long code) {
    if (isNaN(code)) {
      return Double.NaN;
    }
    if (this == F64) {
      return Double.longBitsToDouble(code);
    }
    if (isInfinite(code)) {
      return isNegative(code) ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    double value = decodeMagnitude(code);
    return isNegative(code) ? -value : value;
  }

  private double decodeMagnitude(long code) {
    long field = exponentField(code);
    if (specials == Specials.SCALE) {
      return Math.scalb(1.0, (int) field - bias);
    }
    long significand = fractionField(code) | (field == 0 ? 0 : 1L << fractionBits);
    int unit = Math.toIntExact(Math.max(field, 1)) - bias - fractionBits;
    return Math.scalb((double) significand, unit);
  }

  /**
   * The code nearest to a value, ties to even, rounded once. NaN gives the canonical NaN. A value
   * that rounds beyond {@link #maxFinite()}, ±infinity included, gives infinity where the format
   * has one, else NaN where it has one, else the largest finite code, each with the value's sign
   * (the NaN of the FNUZ types has none). Zeros, and values that round to zero, keep their sign
   * where the format has a negative zero.
   *
   * @throws IllegalStateException for {@link #F8_E8M0}, whose rounding depends on a block
   * @throws IllegalArgumentException for NaN where {@link #hasNaN()} is false
   */
  public long round(double value) {
    return Rounding.toNearestEven(this, value);
  }

  /**
   * As {@link #round}, but values beyond the largest finite one, infinities included, give the
   * largest finite code of their sign. NaN stays NaN, as in OFP8's saturating mode.
   */
  public long roundSaturating(double value) {
    long code = round(value);
    if (Double.isNaN(value) || isFinite(code)) {
      return code;
    }
    return value < 0 ? maxFiniteCode() | signMask() : maxFiniteCode();
  }

  /**
   * Distance between neighbouring codes in the binade of |value|: 2^(floor(log2 |value|) −
   * fractionBits), and that of the subnormals for anything below {@link #smallestNormal()}, zero
   * included. Beyond the largest finite value it goes on as if the exponents did. NaN gives NaN,
   * ±infinity gives +infinity.
   */
  public double spacing(double value) {
    if (!Double.isFinite(value)) {
      return Math.abs(value);
    }
    int exponent = value == 0 ? minExponent() : Binade.of(value);
    return Math.scalb(1.0, Math.max(exponent, minExponent()) - fractionBits);
  }

  /** Exponent of the smallest normal value: −14 in F16. */
  public int minExponent() {
    return isSigned() ? 1 - bias : -bias;
  }

  /** Exponent of the largest finite value: 15 in F16. */
  public int maxExponent() {
    return Binade.of(maxFinite());
  }

  /** The largest finite value: 65504 in F16. */
  public double maxFinite() {
    return decode(maxFiniteCode());
  }

  /** The smallest positive normal value: 2^-14 in F16. */
  public double smallestNormal() {
    return Math.scalb(1.0, minExponent());
  }

  /** The smallest positive value: 2^-24 in F16. Equal to {@link #smallestNormal()} in F8_E8M0. */
  public double smallestPositive() {
    return Math.scalb(1.0, minExponent() - fractionBits);
  }

  /** Distance from 1 to the next larger value: 2^-10 in F16. */
  public double epsilon() {
    return Math.scalb(1.0, -fractionBits);
  }

  /** Approximate decimal resolution, 10^-floor(−log10 epsilon), as torch.finfo gives it. */
  public double resolution() {
    int digits = (int) Math.floor(-Math.log10(epsilon()));
    return Double.parseDouble("1e-" + digits);
  }

  /**
   * The smallest magnitude that no longer rounds to {@link #maxFinite()}: halfway to the next value
   * up if the largest code is odd (65520 in F16), the next double above it if even (464 itself
   * still rounds down in F8_E4M3). Not defined by a cast for {@link #F8_E8M0}. F64 itself has none
   * within doubles and gives +infinity.
   */
  public double overflowThreshold() {
    if (this == F64) {
      return Double.POSITIVE_INFINITY;
    }
    double halfway = maxFinite() + spacing(maxFinite()) / 2;
    return (maxFiniteCode() & 1) == 1 ? halfway : Math.nextUp(halfway);
  }

  /** The code of the largest finite value. */
  public long maxFiniteCode() {
    long top = isSigned() ? signMask() - 1 : (1L << bits) - 1;
    return switch (specials) {
      case IEEE -> infinityMagnitude() - 1;
      case NAN_ALL_ONES, SCALE -> top - 1;
      case NAN_NEGATIVE_ZERO, NONE -> top;
    };
  }

  /** The canonical NaN: quiet, sign clear. */
  long nanCode() {
    return switch (specials) {
      case IEEE -> infinityMagnitude() | (1L << (fractionBits - 1));
      case NAN_ALL_ONES -> signMask() - 1;
      case NAN_NEGATIVE_ZERO -> signMask();
      case SCALE -> (1L << bits) - 1;
      case NONE ->
          throw new IllegalArgumentException(
              "Cannot round NaN to "
                  + name()
                  + ": the format has no NaN; count NaN apart before rounding");
    };
  }

  /** What a magnitude beyond the largest finite one becomes, without its sign. */
  long overflowMagnitude() {
    return switch (specials) {
      case IEEE -> infinityMagnitude();
      case NONE -> maxFiniteCode();
      case NAN_ALL_ONES, NAN_NEGATIVE_ZERO, SCALE -> nanCode();
    };
  }

  long signMask() {
    return 1L << (bits - 1);
  }

  private long infinityMagnitude() {
    return ((1L << exponentBits) - 1) << fractionBits;
  }
}
