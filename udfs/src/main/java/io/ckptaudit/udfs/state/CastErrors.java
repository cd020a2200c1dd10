package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What one cast did to the values of a wide tensor that BF16 cannot hold: codes of the results, and
 * the errors by binade of the source. Unchanged values have no error and are only among the codes.
 *
 * <p>Counts are exact and end at 2^63 − 1. NaN results in codes alone; no value is zero or
 * infinite. Binades are floor(log2 |x|) of the value, so subnormals have their own. Source: DESIGN
 * §3.
 */
final class CastErrors {

  final FloatFormat source;
  final Target target;

  /** Values whose result is not finite, by binade. */
  final SortedMap<Integer, Moments> lost = new TreeMap<>();

  /** Values beyond the largest finite one of a saturating target whose result is finite. */
  final SortedMap<Integer, Moments> clipped = new TreeMap<>();

  /** Errors that are whole last places of the value, by binade. */
  final SortedMap<Integer, Residuals> residuals = new TreeMap<>();

  final FarErrors far;

  /** Codes of the results, NaN included; null for targets of more than 16 bits. */
  CodeCounts codes;

  long underflow;
  long subnormal;

  CastErrors(FloatFormat source, Target target) {
    this.source = source;
    this.target = target;
    this.far = new FarErrors(source, target);
  }

  void addAll(CastErrors other) {
    other.lost.forEach((binade, moments) -> lost.merge(binade, moments, Moments::plus));
    other.clipped.forEach((binade, moments) -> clipped.merge(binade, moments, Moments::plus));
    other.residuals.forEach((binade, errors) -> residuals.merge(binade, errors, Residuals::plus));
    far.addAll(other.far);
    underflow = Math.addExact(underflow, other.underflow);
    subnormal = Math.addExact(subnormal, other.subnormal);
    if (other.codes != null) {
      codes = codes == null ? other.codes : codes.merge(other.codes);
    }
  }

  long lostCount() {
    return count(lost);
  }

  long overflow() {
    return Math.addExact(count(lost), count(clipped));
  }

  /** Values whose result is finite and another value. */
  long erring() {
    long sum = far.count();
    for (Residuals errors : residuals.values()) {
      sum = Math.addExact(sum, errors.count());
    }
    return sum;
  }

  /** Values that the cast changed, those lost included. */
  long inexact() {
    return Math.addExact(erring(), lostCount());
  }

  private static long count(Map<Integer, Moments> moments) {
    long sum = 0;
    for (Moments m : moments.values()) {
      sum = Math.addExact(sum, m.count());
    }
    return sum;
  }
}
