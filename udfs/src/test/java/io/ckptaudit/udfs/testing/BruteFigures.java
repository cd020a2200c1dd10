package io.ckptaudit.udfs.testing;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.TargetFigures;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.TreeMap;

/**
 * The oracle of {@link TargetFigures}: one value after the other, in integers, by the definitions
 * of DESIGN §3. Uses casts, which the number room proves, and nothing of the code under test.
 */
public final class BruteFigures {

  private static final MathContext FAR_MORE_THAN_DOUBLE = new MathContext(60);

  /** The largest of quotients, compared exactly. */
  public static final class Largest {

    private BigInteger numerator = BigInteger.ZERO;
    private BigInteger denominator = BigInteger.ONE;

    void add(BigInteger a, BigInteger b) {
      if (a.multiply(denominator).compareTo(numerator.multiply(b)) > 0) {
        numerator = a;
        denominator = b;
      }
    }

    public boolean isNearest(double actual) {
      return NearestDouble.isQuotient(
          actual, new BigDecimal(numerator), new BigDecimal(denominator));
    }
  }

  public final Target target;
  public long finite;
  public long kept;
  public long overflow;
  public long underflow;
  public long subnormal;
  public long inexact;
  public final Largest maxAbs = new Largest();
  public final Largest maxRel = new Largest();
  public final Largest maxUlp = new Largest();
  public BigInteger sumAbs = BigInteger.ZERO;
  public BigInteger sumSq = BigInteger.ZERO;
  public BigInteger sumSqKept = BigInteger.ZERO;
  public final TreeMap<Integer, Long> absolute = new TreeMap<>();
  public final TreeMap<Integer, Long> relative = new TreeMap<>();
  public final TreeMap<Integer, Long> ulp = new TreeMap<>();

  public BruteFigures(Target target) {
    this.target = target;
  }

  /** Adds a value a number of times. */
  public void add(double value, long count) {
    if (!Double.isFinite(value)) {
      return;
    }
    finite += count;
    double cast = target.format().decode(target.cast(value));
    boolean over = Math.abs(value) >= target.format().overflowThreshold();
    overflow += over ? count : 0;
    underflow += value != 0 && cast == 0 ? count : 0;
    inexact += value != cast ? count : 0;
    if (Double.isFinite(cast)) {
      subnormal += cast != 0 && Math.abs(cast) < target.format().smallestNormal() ? count : 0;
      addKept(Dyadic.units(value).abs(), Dyadic.units(cast).abs(), count);
    }
  }

  private void addKept(BigInteger value, BigInteger cast, long count) {
    BigInteger times = BigInteger.valueOf(count);
    BigInteger error = cast.subtract(value).abs();
    kept += count;
    sumAbs = sumAbs.add(error.multiply(times));
    sumSq = sumSq.add(error.multiply(error).multiply(times));
    sumSqKept = sumSqKept.add(value.multiply(value).multiply(times));
    if (error.signum() == 0) {
      absolute.merge(Integer.MIN_VALUE, count, Long::sum);
      relative.merge(Integer.MIN_VALUE, count, Long::sum);
      ulp.merge(Integer.MIN_VALUE, count, Long::sum);
      return;
    }
    BigInteger spacing = spacing(value);
    maxAbs.add(error, BigInteger.ONE.shiftLeft(-Dyadic.UNIT));
    maxRel.add(error, value);
    maxUlp.add(error, spacing);
    absolute.merge(Dyadic.log2(error), count, Long::sum);
    relative.merge(Dyadic.log2(error, value), count, Long::sum);
    ulp.merge(Dyadic.log2(error, spacing), count, Long::sum);
  }

  private BigInteger spacing(BigInteger value) {
    FloatFormat format = target.format();
    int exponent = Math.max(Dyadic.log2(value), format.minExponent());
    return BigInteger.ONE.shiftLeft(exponent - format.fractionBits() - Dyadic.UNIT);
  }

  private static double quotient(BigInteger a, BigInteger b) {
    return new BigDecimal(a).divide(new BigDecimal(b), FAR_MORE_THAN_DOUBLE).doubleValue();
  }

  public boolean isSumAbs(double actual) {
    return NearestDouble.is(actual, sumAbs());
  }

  public boolean isSumSq(double actual) {
    return NearestDouble.is(actual, sumSq());
  }

  /** Null where nothing was kept. */
  public boolean isMeanAbs(Double actual) {
    return kept == 0
        ? actual == null
        : NearestDouble.isQuotient(actual, sumAbs(), BigDecimal.valueOf(kept));
  }

  /** Null where nothing was kept. */
  public boolean isRmse(Double actual) {
    return kept == 0
        ? actual == null
        : NearestDouble.isRoot(actual, sumSq(), BigDecimal.valueOf(kept));
  }

  private BigDecimal sumAbs() {
    return new BigDecimal(sumAbs).multiply(Dyadic.ONE_UNIT);
  }

  private BigDecimal sumSq() {
    return new BigDecimal(sumSq).multiply(Dyadic.SQUARE_UNIT);
  }

  /** Null when every result is exact. */
  public Double sqnr() {
    return sumSq.signum() == 0
        ? null
        : (Double) (10 * StrictMath.log10(quotient(sumSqKept, sumSq)));
  }
}
