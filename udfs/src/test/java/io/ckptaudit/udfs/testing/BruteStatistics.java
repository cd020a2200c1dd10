package io.ckptaudit.udfs.testing;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.state.Statistics;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.TreeMap;

/**
 * The oracle of {@link Statistics}: one value after the other, in integers, by the definitions of
 * DESIGN §3. Values are whole numbers of 2^-160.
 */
public final class BruteStatistics {

  public long elements;
  public long nan;
  public long posInf;
  public long negInf;
  public long zero;
  public long subnormal;
  public boolean onF16Lattice = true;
  public boolean onBf16Lattice = true;
  public final TreeMap<Integer, Long> magnitudes = new TreeMap<>();
  private boolean onF32Lattice = true;
  private double min = Double.POSITIVE_INFINITY;
  private double max = Double.NEGATIVE_INFINITY;
  private double absMinNonzero = Double.POSITIVE_INFINITY;
  private BigInteger sum = BigInteger.ZERO;
  private BigInteger sumSq = BigInteger.ZERO;

  /** Adds a value of a format a number of times. */
  public void add(FloatFormat own, double value, long count) {
    elements += count;
    nan += Double.isNaN(value) ? count : 0;
    posInf += value == Double.POSITIVE_INFINITY ? count : 0;
    negInf += value == Double.NEGATIVE_INFINITY ? count : 0;
    if (Double.isFinite(value)) {
      addFinite(own, value, count);
    }
  }

  private void addFinite(FloatFormat own, double value, long count) {
    double magnitude = Math.abs(value);
    min = Math.min(min, value + 0.0);
    max = Math.max(max, value + 0.0);
    onF16Lattice &= holds(FloatFormat.F16, value);
    onBf16Lattice &= holds(FloatFormat.BF16, value);
    onF32Lattice &= holds(FloatFormat.F32, value);
    BigInteger units = Dyadic.units(value);
    BigInteger times = BigInteger.valueOf(count);
    sum = sum.add(units.multiply(times));
    sumSq = sumSq.add(units.multiply(units).multiply(times));
    if (value == 0) {
      zero += count;
      magnitudes.merge(Integer.MIN_VALUE, count, Long::sum);
    } else {
      absMinNonzero = Math.min(absMinNonzero, magnitude);
      subnormal += magnitude < own.smallestNormal() ? count : 0;
      magnitudes.merge(Dyadic.log2(units.abs()), count, Long::sum);
    }
  }

  private static boolean holds(FloatFormat format, double value) {
    return format.decode(format.round(value)) == value;
  }

  public long finite() {
    return elements - nan - posInf - negInf;
  }

  public Double min() {
    return finite() == 0 ? null : (Double) min;
  }

  public Double max() {
    return finite() == 0 ? null : (Double) max;
  }

  public Double absMax() {
    return finite() == 0 ? null : (Double) Math.max(Math.abs(min), Math.abs(max));
  }

  public Double absMinNonzero() {
    return finite() == zero ? null : (Double) absMinNonzero;
  }

  public boolean isSum(double actual) {
    return NearestDouble.is(actual, sum());
  }

  public boolean isSumSq(double actual) {
    return NearestDouble.is(actual, sumSq());
  }

  /** Null without a finite value. */
  public boolean isMean(Double actual) {
    return finite() == 0
        ? actual == null
        : NearestDouble.isQuotient(actual, sum(), BigDecimal.valueOf(finite()));
  }

  /** Null without a finite value. */
  public boolean isStddev(Double actual) {
    if (finite() == 0) {
      return actual == null;
    }
    BigDecimal n = BigDecimal.valueOf(finite());
    return NearestDouble.isRoot(
        actual, sumSq().multiply(n).subtract(sum().multiply(sum())), n.multiply(n));
  }

  private BigDecimal sum() {
    return new BigDecimal(sum).multiply(Dyadic.ONE_UNIT);
  }

  private BigDecimal sumSq() {
    return new BigDecimal(sumSq).multiply(Dyadic.SQUARE_UNIT);
  }

  /** Null without a finite value. */
  public DType narrowestExactDtype() {
    if (finite() == 0) {
      return null;
    }
    if (onBf16Lattice) {
      return DType.BF16;
    }
    if (onF16Lattice) {
      return DType.F16;
    }
    return onF32Lattice ? DType.F32 : DType.F64;
  }
}
