package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.Binade;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Significand;
import io.ckptaudit.udfs.number.Target;
import java.math.BigInteger;

/**
 * Errors of casts that ended far from the value: clipped by a saturating target, or made by a
 * function that rounds wrongly. They are no whole number of the value's last places, so they are
 * kept in units of the smallest positive value of the source format: exact, slow, and seldom.
 *
 * <p>Sums are without limit. Of the largest errors a witness is kept, value and result; of equal
 * ones that with the smaller bits of the value, then of the result. Values are finite and not zero;
 * results finite. Source: DESIGN §3.
 */
final class FarErrors {

  /** A value and what became of it. */
  record Witness(double value, double cast) {}

  private final Target target;
  private final int unit;
  private final Histogram absolute = new Histogram();
  private final Histogram relative = new Histogram();
  private final Histogram ulp = new Histogram();
  private long count;
  private BigInteger sum = BigInteger.ZERO;
  private BigInteger sumSq = BigInteger.ZERO;
  private Witness largest;
  private Witness largestShare;
  private Witness mostSpacings;

  FarErrors(FloatFormat source, Target target) {
    this.target = target;
    this.unit = Significand.lowestBinade(source);
  }

  /** Exponent of the unit of {@link #sum}; twice that is that of {@link #sumSq}. */
  int unit() {
    return unit;
  }

  void add(double value, double cast) {
    BigInteger error = error(value, cast);
    count = Math.addExact(count, 1);
    sum = sum.add(error);
    sumSq = sumSq.add(error.multiply(error));
    int bin = error.bitLength() - 1 + unit;
    absolute.add(bin, 1);
    ulp.add(bin - spacing(value), 1);
    relative.add(log2(error, units(value).abs()), 1);
    addWitness(new Witness(value, cast));
  }

  /** Counts by bin, of one measure after the other, and the sums, as they were stored. */
  void addStored(BigInteger storedSum, BigInteger storedSumSq, Histogram[] bins, Witness[] most) {
    bins[0].forEach((bin, n) -> count = Math.addExact(count, n));
    sum = sum.add(storedSum);
    sumSq = sumSq.add(storedSumSq);
    absolute.addAll(bins[0]);
    relative.addAll(bins[1]);
    ulp.addAll(bins[2]);
    for (Witness witness : most) {
      addWitness(witness);
    }
  }

  void addAll(FarErrors other) {
    if (other.count > 0) {
      addStored(other.sum, other.sumSq, other.histograms(), other.witnesses());
    }
  }

  private void addWitness(Witness w) {
    BigInteger error = error(w.value, w.cast);
    largest = first(largest, w, error, largest == null ? null : errorOf(largest));
    largestShare =
        first(
            largestShare,
            w,
            largestShare == null ? null : error.multiply(units(largestShare.value).abs()),
            largestShare == null ? null : errorOf(largestShare).multiply(units(w.value).abs()));
    mostSpacings =
        first(
            mostSpacings,
            w,
            mostSpacings == null ? null : inSpacings(error, w, mostSpacings),
            mostSpacings == null ? null : inSpacings(errorOf(mostSpacings), mostSpacings, w));
  }

  /** An error times the spacing at the other value, over the smaller spacing of the two. */
  private BigInteger inSpacings(BigInteger error, Witness at, Witness other) {
    return error.shiftLeft(Math.max(0, spacing(other.value) - spacing(at.value)));
  }

  private static Witness first(Witness old, Witness w, BigInteger size, BigInteger oldSize) {
    if (old == null) {
      return w;
    }
    int order = size.compareTo(oldSize);
    if (order == 0) {
      order = -Long.compareUnsigned(bits(w.value), bits(old.value));
    }
    if (order == 0) {
      order = -Long.compareUnsigned(bits(w.cast), bits(old.cast));
    }
    return order > 0 ? w : old;
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  private BigInteger errorOf(Witness w) {
    return error(w.value, w.cast);
  }

  private BigInteger error(double value, double cast) {
    return units(value).subtract(units(cast)).abs();
  }

  private BigInteger units(double value) {
    if (value == 0) {
      return BigInteger.ZERO;
    }
    int place = Significand.unit(FloatFormat.F64, Binade.of(value));
    BigInteger m = BigInteger.valueOf(Significand.of(FloatFormat.F64, value));
    BigInteger units = m.shiftLeft(place - unit);
    return value < 0 ? units.negate() : units;
  }

  private int spacing(double value) {
    return Significand.unit(target.format(), Binade.of(value));
  }

  /** floor(log2(a / b)). */
  private static int log2(BigInteger a, BigInteger b) {
    int exponent = a.bitLength() - b.bitLength();
    boolean below =
        a.shiftLeft(Math.max(0, -exponent)).compareTo(b.shiftLeft(Math.max(0, exponent))) < 0;
    return below ? exponent - 1 : exponent;
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

  /** Absolute, relative, and in spacings of the target. */
  Histogram[] histograms() {
    return new Histogram[] {absolute, relative, ulp};
  }

  /** Of the largest absolute error, the largest relative one, and that of most spacings. */
  Witness[] witnesses() {
    return new Witness[] {largest, largestShare, mostSpacings};
  }
}
