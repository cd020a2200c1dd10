package io.ckptaudit.job.compare;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.CodeCounts;
import io.ckptaudit.udfs.state.FormatTables;
import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * A way in which the values of RIGHT may have been made from those of LEFT: a named list of steps,
 * simplest explanations first. None of them knows of any order of elements.
 *
 * @param id for tables: what was done, parameters included
 * @param family the id less its parameters
 * @param words what was done to LEFT's values, after "LEFT's values"
 * @param steps empty: no value changes
 */
record Explanation(String id, String family, String words, List<Step> steps)
    implements Serializable {

  static final String UNCHANGED = "unchanged";

  /** What the values of counted codes become. */
  Values image(CodeCounts counts, Map<FloatFormat, FormatTables> tables) {
    return from(counts, steps, tables);
  }

  /** Whether what runs store of the casts of 32- and 64-bit values tells of this. */
  boolean isOfStoredCasts() {
    return !steps.isEmpty()
        && steps.get(0) instanceof Step.Nearest first
        && !first.target().isSaturating()
        && (first.target() == Target.F16 || first.target() == Target.BF16);
  }

  /** Whether it is rounding to nearest and nothing else, whatever becomes of overflows. */
  boolean isPlainCast() {
    return steps.size() == 1 && steps.get(0) instanceof Step.Nearest;
  }

  /**
   * The image of a wider source, of which the results of the first step are counted; null if they
   * are not.
   */
  Values imageOfWide(Contents wide, Map<FloatFormat, FormatTables> tables) {
    if (steps.isEmpty() || !(steps.get(0) instanceof Step.Nearest first)) {
      return null;
    }
    CodeCounts results = first.target().isSaturating() ? null : wide.cast(first.target().format());
    return results == null ? null : from(results, steps.subList(1, steps.size()), tables);
  }

  private static Values from(
      CodeCounts counts, List<Step> steps, Map<FloatFormat, FormatTables> tables) {
    FormatTables from = tables.get(counts.dtype().format());
    double[] values = new double[counts.distinctCodes()];
    for (int i = 0; i < values.length; i++) {
      values[i] = Step.image(steps, from, counts.code(i), tables);
    }
    return Values.of(values, counts.counts());
  }

  /** What becomes of each value. */
  Changes changes(CodeCounts counts, Map<FloatFormat, FormatTables> tables) {
    FormatTables from = tables.get(counts.dtype().format());
    Limit limit = limit(from.format(), tables);
    Changes changes = Changes.NONE;
    for (int i = 0; i < counts.distinctCodes(); i++) {
      double value = from.value(counts.code(i));
      double image = Step.image(steps, from, counts.code(i), tables);
      changes = changes.with(Math.scalb(value, scale()), image, limit, counts.count(i));
    }
    return changes;
  }

  private int scale() {
    return steps.stream()
        .mapToInt(step -> step instanceof Step.Scale scale ? scale.exponent() : 0)
        .sum();
  }

  /**
   * What a step limits magnitudes to.
   *
   * @param most what is larger is limited
   * @param becomes what is left of it after the steps that follow
   */
  record Limit(double most, double becomes) {

    static final Limit NONE = new Limit(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

    boolean caught(double wanted, double image) {
      return Math.abs(wanted) > most && Math.abs(image) == becomes;
    }
  }

  private Limit limit(FloatFormat from, Map<FloatFormat, FormatTables> tables) {
    FloatFormat at = from;
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      at = step.to(at);
      if (step instanceof Step.Clip clip) {
        return limit(clip.most(), at, i + 1, tables);
      }
      if (step instanceof Step.Nearest nearest && nearest.target().isSaturating()) {
        return limit(at.maxFinite(), at, i + 1, tables);
      }
    }
    return Limit.NONE;
  }

  private Limit limit(
      double most, FloatFormat at, int next, Map<FloatFormat, FormatTables> tables) {
    List<Step> rest = steps.subList(next, steps.size());
    return new Limit(most, Step.image(rest, tables.get(at), (int) at.round(most), tables));
  }
}
