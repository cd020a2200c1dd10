package io.ckptaudit.job.compare;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.WideCast;
import io.ckptaudit.udfs.state.FormatTables;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the elements of one side of a pair are expected to be on the other, by the explanation that
 * counts gave.
 *
 * @param from dtype of the side whose elements are cast
 * @param first the cast by which 32- and 64-bit elements become codes of at most 32 bits; null
 *     where there is none
 * @param steps after that, or of codes of at most 16 bits; null where codes stay what they are
 * @param to dtype of the other side
 * @param reversed whether RIGHT's elements are cast, and held against LEFT's
 */
public record ElementImage(DType from, WideCast first, List<Step> steps, DType to, boolean reversed)
    implements Serializable {

  /** Empty where no element of one dtype can be held against one of the other. */
  static Optional<ElementImage> of(Pair pair, PairOutcome outcome) {
    DType left = dtype(pair.left());
    DType right = dtype(pair.right());
    if (left == null || right == null) {
      return Optional.empty();
    }
    String id = outcome.explanation();
    if (id == null || id.equals(Explanation.UNCHANGED)) {
      return unexplained(left, right, id == null);
    }
    DType held = common(pair.left().stream().map(SideTensor::held).toList());
    return Optional.of(explained(left, held, right, Explanations.named(id, left, right)));
  }

  private static DType dtype(List<SideTensor> tensors) {
    return common(tensors.stream().map(SideTensor::dtype).toList());
  }

  /** The only one there is; null if there are several. */
  private static DType common(List<DType> all) {
    DType first = all.get(0);
    return all.stream().allMatch(dtype -> dtype == first) ? first : null;
  }

  /** Equal values; where counts tell of none, the narrower side as the rounded one. */
  private static Optional<ElementImage> unexplained(DType left, DType right, boolean rounds) {
    if (left == right) {
      return Optional.of(new ElementImage(left, null, null, right, false));
    }
    if (!left.isFloating() || !right.isFloating()) {
      return Optional.empty();
    }
    boolean widen = !rounds || left.bits() <= Short.SIZE && right.bits() <= Short.SIZE;
    if (widen) {
      return left.bits() > right.bits() ? widened(right, left, true) : widened(left, right, false);
    }
    boolean reversed = left.bits() < right.bits();
    DType wide = reversed ? right : left;
    DType narrow = reversed ? left : right;
    return Explanations.castTo(narrow)
        .map(target -> new ElementImage(wide, WideCast.nearest(target), null, narrow, reversed));
  }

  /** Packed elements are not made, only looked at. */
  private static Optional<ElementImage> widened(DType from, DType to, boolean reversed) {
    return to.bits() < Byte.SIZE
        ? Optional.empty()
        : Optional.of(
            new ElementImage(from, null, from.isCountedByCode() ? List.of() : null, to, reversed));
  }

  /** Wide elements that a narrow dtype holds all become its codes first, which changes none. */
  private static ElementImage explained(
      DType left, DType held, DType right, Explanation explanation) {
    if (left.isCountedByCode()) {
      return new ElementImage(left, null, explanation.steps(), right, false);
    }
    if (held != null && held.isCountedByCode()) {
      WideCast exact = WideCast.nearest(Explanations.castTo(held).orElseThrow());
      return new ElementImage(left, exact, explanation.steps(), right, false);
    }
    return ofWide(left, right, explanation).orElseThrow();
  }

  /** Of elements of 32 and 64 bits; empty where an explanation does not begin with a cast. */
  static Optional<ElementImage> ofWide(DType left, DType right, Explanation explanation) {
    if (explanation.steps().isEmpty()) {
      return Optional.empty();
    }
    WideCast first = explanation.steps().get(0).ofWide();
    if (first == null) {
      return Optional.empty();
    }
    List<Step> rest = explanation.steps().subList(1, explanation.steps().size());
    boolean done = rest.isEmpty() && first.target().format() == right.format();
    return Optional.of(
        new ElementImage(left, first, done ? null : List.copyOf(rest), right, false));
  }

  /** Codes of {@link #to} by code of what the steps begin with; null where none change. */
  public long[] codes(Map<FloatFormat, FormatTables> tables) {
    if (steps == null) {
      return null;
    }
    FormatTables begin = tables.get(first == null ? from.format() : first.target().format());
    long[] codes = new long[begin.format().codes()];
    for (int code = 0; code < codes.length; code++) {
      double value = Step.image(steps, begin, code, tables);
      boolean none = Double.isNaN(value) && !to.format().hasNaN();
      codes[code] = none ? 0 : to.format().round(value);
    }
    return codes;
  }
}
