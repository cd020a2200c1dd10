package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.Binade;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;

/**
 * What casting each code of a source format to one target does: a row per code.
 *
 * <p>Built from the values and the result codes that the conversion functions gave, whatever they
 * are: the table believes them, so that the figures are figures of those functions. All rows are
 * exact, but for the error of a value clipped by a saturating target, which is rounded once.
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

  private final Target target;
  private final double[] values;
  private final byte[] flags;
  private final double[] errors;
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
    flags = new byte[size];
    errors = new double[size];
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
    FloatFormat format = target.format();
    double cast = format.decode(result);
    flags[code] = flagsOf(value, cast);
    double error = Math.abs(cast - value);
    if (isKept(code) && error > 0) {
      double magnitude = Math.abs(value);
      double spacing = format.spacing(value);
      errors[code] = error;
      relativeErrors[code] = magnitude == 0 ? 0 : error / magnitude;
      ulpErrors[code] = error / spacing;
      absoluteBins[code] = (short) Binade.of(error);
      relativeBins[code] = magnitude == 0 ? NO_BIN : (short) Binade.ofRatio(error, magnitude);
      ulpBins[code] = (short) Binade.ofRatio(error, spacing);
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
    return (byte) flag;
  }

  Target target() {
    return target;
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

  /** Whether value and result are finite, so that there is an error to speak of. */
  boolean isKept(int code) {
    return (flags[code] & KEPT) != 0;
  }

  /** Whether a finite value is changed by the cast, overflow included. */
  boolean isInexact(int code) {
    return isOverflow(code) || errors[code] > 0;
  }

  /** Clipped by a saturating target: an overflow with a finite result. */
  boolean isClipped(int code) {
    return isOverflow(code) && isKept(code);
  }

  double value(int code) {
    return values[code];
  }

  double error(int code) {
    return errors[code];
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
