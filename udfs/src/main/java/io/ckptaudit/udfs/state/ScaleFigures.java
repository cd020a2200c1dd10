package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.Binade;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.ScaledCast;
import io.ckptaudit.udfs.number.Target;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What multiplying every value by a factor and casting the product to a target does.
 *
 * <p>Counts of finite elements, exact: {@code overflow}, {@code vanished} (non-zero became zero),
 * {@code subnormal} (non-zero result below the target's smallest normal) and {@code inexact}
 * (result ≠ product, overflow included). The product is exact and rounded once, by the cast. Zeros
 * are exact; NaN and infinities enter nothing. Without values all counts are 0. Counts end at 2^63
 * − 1. Source: DESIGN §3.
 *
 * @param exponent of the factor, 2^exponent; null where it is no power of two
 * @param inverse what the results are to be multiplied by to have the values back: 2^-exponent, or
 *     an F32
 * @param headroom the largest finite value of the target over the largest product, rounded to a
 *     double: below 1 something is beyond it; null without values
 */
public record ScaleFigures(
    Integer exponent,
    double inverse,
    long overflow,
    long vanished,
    long subnormal,
    long inexact,
    Double headroom) {

  /** The exponents looked at are from minus this to this. */
  public static final int REACH = 24;

  /** Least overflow, then least loss, then the least change; of 2^k and 2^-k the safer. */
  private static final Comparator<ScaleFigures> BEST =
      Comparator.comparingLong(ScaleFigures::overflow)
          .thenComparingLong(ScaleFigures::vanished)
          .thenComparingLong(ScaleFigures::inexact)
          .thenComparingInt(figures -> Math.abs(figures.exponent))
          .thenComparingInt(ScaleFigures::exponent);

  /** Of each exponent from −24 to 24, ascending. */
  public static List<ScaleFigures> all(ScaleCounts counts, Target target) {
    List<ScaleFigures> all = new ArrayList<>();
    for (int exponent = -REACH; exponent <= REACH; exponent++) {
      all.add(of(counts, target, exponent));
    }
    return all;
  }

  /** Of one exponent. */
  public static ScaleFigures of(ScaleCounts counts, Target target, int exponent) {
    ScaledCast cast = new ScaledCast(target);
    long overflow = 0;
    long vanished = 0;
    long subnormal = 0;
    long inexact = 0;
    for (Map.Entry<Integer, Long> entry : counts.classes().entrySet()) {
      int number = entry.getKey();
      long count = entry.getValue();
      overflow += cast.overflows(number, exponent) ? count : 0;
      vanished += cast.vanishes(number, exponent) ? count : 0;
      subnormal += cast.isSubnormal(number, exponent) ? count : 0;
      inexact += cast.isExact(number, exponent) ? 0 : count;
    }
    double room = Math.scalb(target.format().maxFinite(), -exponent);
    return new ScaleFigures(
        exponent,
        Math.scalb(1.0, -exponent),
        overflow,
        vanished,
        subnormal,
        inexact,
        counts.largest() == 0 ? null : (Double) (room / counts.largest()));
  }

  /** The best of some: least overflow, then vanished, then inexact, then |exponent|. */
  public static ScaleFigures best(List<ScaleFigures> all) {
    return all.stream().min(BEST).orElseThrow();
  }

  /** The largest exponent without overflow; null if each overflows. */
  public static ScaleFigures largest(List<ScaleFigures> all) {
    return all.stream()
        .filter(figures -> figures.overflow == 0)
        .max(Comparator.comparingInt(ScaleFigures::exponent))
        .orElse(null);
  }

  /**
   * With the largest power of two that takes the largest magnitude to at most the largest finite
   * value of the target; it may be beyond 2^±24. Null without values.
   */
  public static ScaleFigures ofLargestMagnitude(ScaleCounts counts, Target target) {
    return counts.largest() == 0
        ? null
        : of(counts, target, Binade.ofRatio(target.format().maxFinite(), counts.largest()));
  }

  /**
   * With the scale that takes the largest magnitude to the largest finite value of the target: s =
   * amax / 448 for F8_E4M3, rounded to F32 as it is stored, each value divided by s and the exact
   * quotient rounded once. Null without values, or where s is below the normal values of F32.
   */
  public static ScaleFigures ofStoredScale(CodeCounts counts, FormatTables tables, Target target) {
    double largest = ScaleCounts.of(counts, tables).largest();
    FloatFormat format = target.format();
    float scale = (float) (largest / format.maxFinite());
    if (scale < Float.MIN_NORMAL) {
      return null;
    }
    long overflow = 0;
    long vanished = 0;
    long subnormal = 0;
    long inexact = 0;
    for (int i = 0; i < counts.distinctCodes(); i++) {
      double value = tables.value(counts.code(i));
      if (Double.isFinite(value) && value != 0) {
        // A quotient of 24 by 24 bits is no double close to a tie of a few bits unless it is one.
        double quotient = value / scale;
        double result = format.decode(target.cast(quotient));
        boolean beyond = target.overflows(quotient);
        overflow += beyond ? counts.count(i) : 0;
        vanished += result == 0 ? counts.count(i) : 0;
        subnormal +=
            result != 0 && Math.abs(result) < format.smallestNormal() ? counts.count(i) : 0;
        inexact += beyond || result * scale != value ? counts.count(i) : 0;
      }
    }
    double room = format.maxFinite() * scale / largest;
    return new ScaleFigures(null, scale, overflow, vanished, subnormal, inexact, room);
  }
}
