package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.Target;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which updates u of a training step a copy of the weights in a target of 16 bits would lose.
 *
 * <p>Counts of elements, exact. u = after − before and copy + u are sums of F32, rounded to
 * nearest; an update is {@code lost} if it is not zero and copy + u, rounded to the target, is copy
 * again. Only finite u that are not zero are {@code nonzero}; {@code nonFinite} ones enter nothing
 * else. A copy that overflowed is infinite and loses all. Sums are exact and rounded once. Without
 * updates the counts are 0 and the share is null. Counts end at 2^63 − 1. Source: DESIGN §6.
 *
 * @param belowHalfSpacing |u| below half the distance of the copy to its neighbours: lost for
 *     certain, but at a power of two
 * @param copyOverflow updates of elements whose copy is infinite
 * @param below24 |u| &lt; 2^-24, which F16 cannot hold as a value of its own; of no target
 * @param above2048 |before| &gt; 2048·|u|, likewise
 * @param above256 |before| &gt; 256·|u|, likewise
 * @param sumLost Σ|u| over lost updates
 * @param lostShare of Σ|u|, from 0 to 1; null without updates
 */
public record UpdateFigures(
    Target target,
    long elements,
    long zero,
    long nonFinite,
    long nonzero,
    long lost,
    long belowHalfSpacing,
    long copyOverflow,
    long below24,
    long above2048,
    long above256,
    double sum,
    double sumLost,
    Double lostShare) {

  /** The targets there are. */
  public static final List<Target> TARGETS = List.of(Target.F16, Target.BF16);

  /**
   * One bin of the histogram of |before| / |u|: updates, and how many of them are lost in each
   * target.
   *
   * @param bin holds 2^bin ≤ ratio &lt; 2^(bin+1); null where before is zero
   */
  public record Ratio(Integer bin, long count, long lostInF16, long lostInBf16) {

    private static Ratio of(Integer bin, long[] kinds) {
      return new Ratio(
          bin, kinds[0] + kinds[1] + kinds[2] + kinds[3], kinds[1] + kinds[3], kinds[2] + kinds[3]);
    }
  }

  /** Ascending, that of zeros first where there is one. */
  public static List<Ratio> ratios(UpdateCounts counts) {
    List<Ratio> ratios = new ArrayList<>();
    Ratio ofZero = Ratio.of(null, counts.ofZero);
    if (ofZero.count > 0) {
      ratios.add(ofZero);
    }
    counts.ratios.forEach((bin, kinds) -> ratios.add(Ratio.of(bin, kinds)));
    return ratios;
  }

  /**
   * @param target one of {@link #TARGETS}
   */
  public static UpdateFigures of(UpdateCounts counts, Target target) {
    int index = TARGETS.indexOf(target);
    long lost = 0;
    for (Ratio ratio : ratios(counts)) {
      lost = Math.addExact(lost, index == 0 ? ratio.lostInF16 : ratio.lostInBf16);
    }
    ExactSum all = sum(counts, 0);
    ExactSum ofLost = sum(counts, 1 << index);
    return new UpdateFigures(
        target,
        counts.elements,
        counts.zero,
        counts.nonFinite,
        counts.elements - counts.zero - counts.nonFinite,
        lost,
        counts.belowHalf[index],
        counts.overflow[index],
        counts.below24,
        counts.above2048,
        counts.above256,
        all.toDouble(),
        ofLost.toDouble(),
        all.isZero() ? null : (Double) ofLost.over(all));
  }

  /** Over the kinds that have a bit, or all for 0. */
  private static ExactSum sum(UpdateCounts counts, int bit) {
    ExactSum sum = new ExactSum();
    for (Map.Entry<Integer, BigInteger[]> unit : counts.sums.entrySet()) {
      for (int kind = 0; kind < UpdateCounts.KINDS; kind++) {
        if ((kind & bit) == bit) {
          sum.add(unit.getValue()[kind], unit.getKey());
        }
      }
    }
    return sum;
  }
}
