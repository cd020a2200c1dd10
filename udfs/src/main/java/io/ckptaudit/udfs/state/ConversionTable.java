package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.Binade;
import io.ckptaudit.udfs.number.Target;

/**
 * What casting each code of a source format to one target does: a row per code.
 *
 * <p>Built from the values and the result codes that the conversion functions gave, whatever they
 * are: the table believes them, so that the figures are figures of those functions. Flags and bins
 * are exact; errors are rounded once, which changes only those of values clipped far beyond the
 * largest finite one, and {@link #hasExactSquare} tells which may be summed as they are.
 *
 * <p>Rows of NaN and infinite source codes are empty. An overflow has no error, except in a
 * saturating target, whose result is finite.
 */
public final class ConversionTable {

  /** Marks a row without an error, or with an error of zero. */
  static final short NO_BIN = Short.MIN_VALUE;

  private static final byte FINITE = 1;
  private static final byte OVERFLOW = 2;
  private static final byte UNDERFLOW = 4;
  private static final byte SUBNORMAL = 8;
  private static final byte KEPT = 16;
  private static final byte EXACT_SQUARE = 32;
  private static final byte UNCHANGED = 64;

  private final Target target;
  private final double[] values;
  private final int[] results;
  private final byte[] flags;
  private final double[] casts;
  private final double[] relativeErrors;
  private final double[] ulpErrors;
  private final short[] absoluteBins;
  private final short[] relativeBins;
  private final short[] ulpBins;

  /**
   * @param values of the source codes, by code
   * @param results codes of the target, by source code, in the low bits
   */
  ConversionTable(Target target, double[] values, int[] results) {
    int size = values.length;
    this.target = target;
    this.values = values;
    this.results = results;
    flags = new byte[size];
    casts = new double[size];
    relativeErrors = new double[size];
    ulpErrors = new double[size];
    absoluteBins = new short[size];
    relativeBins = new short[size];
    ulpBins = new short[size];
    for (int code = 0; code < size; code++) {
      fill(code, results[code]);
    }
  }

  private void fill(int code, int result) {
    absoluteBins[code] = NO_BIN;
    relativeBins[code] = NO_BIN;
    ulpBins[code] = NO_BIN;
    double value = values[code];
    if (!Double.isFinite(value)) {
      return;
    }
    double cast = target.format().decode(result);
    casts[code] = cast;
    flags[code] = flagsOf(value, cast);
    if (isKept(code) && cast != value) {
      fillError(code, value, cast);
    }
  }

  private void fillError(int code, double value, double cast) {
    CastError error = CastError.of(value, cast);
    double spacing = target.format().spacing(value);
    if (error.hasExactSquare()) {
      flags[code] |= EXACT_SQUARE;
    }
    relativeErrors[code] = error.relative(value, cast);
    ulpErrors[code] = error.nearest() / spacing;
    absoluteBins[code] = (short) Binade.of(error.truncated());
    ulpBins[code] = (short) Binade.ofRatio(error.truncated(), spacing);
    if (value != 0) {
      relativeBins[code] = (short) Binade.ofRatio(error.truncated(), Math.abs(value));
    }
  }

  private byte flagsOf(double value, double cast) {
    boolean finite = Double.isFinite(cast);
    boolean overflow = !finite || target.isSaturating() && target.overflows(value);
    int flag = FINITE | (overflow ? OVERFLOW : 0) | (finite ? KEPT : 0);
    if (finite && cast == 0 && value != 0) {
      flag |= UNDERFLOW;
    }
    if (finite && cast != 0 && Math.abs(cast) < target.format().smallestNormal()) {
      flag |= SUBNORMAL;
    }
    if (flag == (FINITE | KEPT) && cast == value) {
      flag |= UNCHANGED;
    }
    return (byte) flag;
  }

  Target target() {
    return target;
  }

  /** The code of the result. */
  int result(int code) {
    return results[code];
  }

  /** Whether the source code is a finite value. */
  boolean isFinite(int code) {
    return (flags[code] & FINITE) != 0;
  }

  boolean isOverflow(int code) {
    return (flags[code] & OVERFLOW) != 0;
  }

  boolean isUnderflow(int code) {
    return (flags[code] & UNDERFLOW) != 0;
  }

  boolean isSubnormal(int code) {
    return (flags[code] & SUBNORMAL) != 0;
  }

  /** Whether there is nothing to say of the cast but that it changes nothing. */
  boolean isUnchanged(int code) {
    return (flags[code] & UNCHANGED) != 0;
  }

  /** Whether value and result are finite, so that there is an error to speak of. */
  boolean isKept(int code) {
    return (flags[code] & KEPT) != 0;
  }

  /** Whether a finite value is changed by the cast, overflow included. */
  boolean isInexact(int code) {
    return isOverflow(code) || isFinite(code) && casts[code] != values[code];
  }

  /** Whether the error of the row is not zero and it and its square are exact doubles. */
  boolean hasExactSquare(int code) {
    return (flags[code] & EXACT_SQUARE) != 0;
  }

  double value(int code) {
    return values[code];
  }

  double cast(int code) {
    return casts[code];
  }

  /** |result − value|, rounded once; 0 where there is none. */
  double error(int code) {
    return isKept(code) ? Math.abs(casts[code] - values[code]) : 0;
  }

  double relativeError(int code) {
    return relativeErrors[code];
  }

  double ulpError(int code) {
    return ulpErrors[code];
  }

  short absoluteBin(int code) {
    return absoluteBins[code];
  }

  short relativeBin(int code) {
    return relativeBins[code];
  }

  short ulpBin(int code) {
    return ulpBins[code];
  }
}
