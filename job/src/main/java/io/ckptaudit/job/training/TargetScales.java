package io.ckptaudit.job.training;

import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.ScaleCounts;
import io.ckptaudit.udfs.state.ScaleFigures;
import java.util.List;

/**
 * Every power-of-two scale of some values for one target, and those worth naming.
 *
 * @param all exponents, ascending
 * @param best see {@link ScaleFigures#best}
 * @param largest without overflow; null if each overflows
 */
public record TargetScales(
    Target target, List<ScaleFigures> all, ScaleFigures best, ScaleFigures largest) {

  public static TargetScales of(ScaleCounts counts, Target target) {
    List<ScaleFigures> all = ScaleFigures.all(counts, target);
    return new TargetScales(target, all, ScaleFigures.best(all), ScaleFigures.largest(all));
  }

  /** As the values are. */
  public ScaleFigures unscaled() {
    return all.get(ScaleFigures.REACH);
  }
}
