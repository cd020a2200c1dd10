package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.Binade;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Significand;
import java.util.Map;
import java.util.SortedMap;

/**
 * What every wide state has in common with a counted one. Bounds, not proofs: a forged state may
 * have sums that no values have, but none that a merge or a figure could trip over.
 */
final class WideStateCheck {

  private WideStateCheck() {}

  /** Why no values have this state, or null. */
  static String fault(WideCounts state) {
    String fault = valuesFault(state.values());
    for (CastErrors errors : state.casts().values()) {
      fault = fault == null ? castFault(state.values(), errors) : fault;
    }
    return fault;
  }

  private static String valuesFault(WideValues values) {
    String fault = momentsFault(values.source, values.positive);
    fault = fault == null ? momentsFault(values.source, values.negative) : fault;
    if (fault != null) {
      return fault;
    }
    long left = values.count();
    for (Map.Entry<Integer, long[]> zeros : values.trailingZeros.entrySet()) {
      long sum = 0;
      for (long count : zeros.getValue()) {
        sum = Math.addExact(sum, count);
      }
      if (sum != values.count(zeros.getKey())) {
        return "other trailing zeros than values in binade " + zeros.getKey();
      }
      left -= sum;
    }
    return left == 0 ? extremesFault(values) : "values without trailing zeros";
  }

  private static String momentsFault(FloatFormat source, SortedMap<Integer, Moments> moments) {
    for (Map.Entry<Integer, Moments> entry : moments.entrySet()) {
      String fault = entry.getValue().fault(Significand.length(source, entry.getKey()));
      if (fault != null) {
        return fault;
      }
    }
    return null;
  }

  private static String extremesFault(WideValues values) {
    boolean any = values.count() > 0;
    if (!any) {
      return Double.isNaN(values.smallest) ? null : "extremes without values";
    }
    boolean fit =
        isIn(values, values.smallest)
            && isIn(values, values.largest)
            && (isIn(values, values.nearestZero) || isIn(values, -values.nearestZero))
            && values.smallest <= values.largest
            && values.nearestZero > 0
            && values.nearestZero <= Math.min(Math.abs(values.smallest), Math.abs(values.largest))
            && isOutermost(values);
    return fit ? null : "extremes that contradict the values";
  }

  private static boolean isIn(WideValues values, double value) {
    return Double.isFinite(value)
        && value != 0
        && values.source.decode(values.source.round(value)) == value
        && values.ofSign(value < 0).containsKey(Binade.of(value));
  }

  private static boolean isOutermost(WideValues values) {
    boolean top =
        values.positive.isEmpty()
            ? values.largest < 0
            : values.largest > 0 && Binade.of(values.largest) == values.positive.lastKey();
    boolean bottom =
        values.negative.isEmpty()
            ? values.smallest > 0
            : values.smallest < 0 && Binade.of(values.smallest) == values.negative.lastKey();
    return top && bottom && Binade.of(values.nearestZero) == values.trailingZeros.firstKey();
  }

  private static String castFault(WideValues values, CastErrors errors) {
    long codes = errors.codes == null ? 0 : errors.codes.elements();
    if (errors.codes != null && codes != Math.addExact(values.count(), values.nan)) {
      return "other results of casts to " + errors.target + " than values";
    }
    for (int binade : errors.residuals.keySet()) {
      Residuals residuals = errors.residuals.get(binade);
      String fault = residuals.fault(Significand.length(values.source, binade));
      if (fault != null) {
        return fault;
      }
      if (residuals.count() > values.count(binade)) {
        return "more rounding errors than values in binade " + binade;
      }
    }
    String fault = overflowFault(values, errors.lost);
    fault = fault == null ? overflowFault(values, errors.clipped) : fault;
    if (fault == null && !errors.target.isSaturating() && !errors.clipped.isEmpty()) {
      fault = "clipped values of " + errors.target + ", which does not saturate";
    }
    return fault == null && isTooMany(values, errors) ? "more casts than values" : fault;
  }

  private static String overflowFault(WideValues values, SortedMap<Integer, Moments> overflows) {
    for (Map.Entry<Integer, Moments> entry : overflows.entrySet()) {
      if (entry.getValue().count() > values.count(entry.getKey())) {
        return "more overflows than values in binade " + entry.getKey();
      }
    }
    return momentsFault(values.source, overflows);
  }

  private static boolean isTooMany(WideValues values, CastErrors errors) {
    long count = values.count();
    return errors.far.count() > count
        || errors.inexact() > count
        || errors.overflow() > count
        || errors.underflow > count
        || errors.subnormal > count - errors.underflow;
  }
}
