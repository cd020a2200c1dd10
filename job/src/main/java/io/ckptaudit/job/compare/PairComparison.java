package io.ckptaudit.job.compare;

import io.ckptaudit.job.compare.Explanations.Parameters;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.CodeCounts;
import io.ckptaudit.udfs.state.FormatTables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the strongest statement that holds of two sides of a pair, from counts and digests alone.
 * Counts say nothing of order, and a CRC-32C is against accident, not malice.
 */
public final class PairComparison {

  private final Contents left;
  private final Contents right;
  private final Map<FloatFormat, FormatTables> tables;
  private final Values of;

  private PairComparison(Contents left, Contents right, Map<FloatFormat, FormatTables> tables) {
    this.left = left;
    this.right = right;
    this.tables = tables;
    this.of = values(right);
  }

  /**
   * Tries every explanation, with the parameters that these values suggest.
   *
   * @param tables of every counted format, with all targets
   */
  public static PairOutcome compare(
      Contents left, Contents right, Map<FloatFormat, FormatTables> tables) {
    if (left.elements() != right.elements()) {
      return PairOutcome.of(Statement.OTHER_SHAPE);
    }
    PairComparison comparison = new PairComparison(left, right, tables);
    if (!left.isCounted() || !right.isCounted() || left.dtype() == null || right.dtype() == null) {
      return comparison.byDigest();
    }
    return comparison.byCounts();
  }

  private Values values(Contents side) {
    CodeCounts counts = side.exact();
    return counts == null ? null : Values.of(counts, tables.get(counts.dtype().format()));
  }

  /** Equal digests of the same dtype and length. */
  private Boolean sameBytes() {
    if (left.dtype() != right.dtype() || left.crc32c() == null || right.crc32c() == null) {
      return null;
    }
    return left.crc32c().equals(right.crc32c());
  }

  /** Without counts, digests still tell whether the bytes are the same. */
  private PairOutcome byDigest() {
    Boolean same = sameBytes();
    if (same == null) {
      return PairOutcome.of(Statement.NOT_COMPARED);
    }
    return same ? PairOutcome.of(Statement.SAME_BITS) : PairOutcome.different(1L);
  }

  private PairOutcome byCounts() {
    if (left.exact() == null && right.exact() == null) {
      return bothWide();
    }
    if (of == null) {
      return rightWide();
    }
    PairOutcome tried = tryAll();
    if (!Explanation.UNCHANGED.equals(tried.explanation())
        || tried.statement() == Statement.DIFFERENT) {
      return tried;
    }
    if (left.dtype() != right.dtype()) {
      return tried.as(Statement.LOSSLESS);
    }
    return tried.as(ordered(sameBytes()));
  }

  /** Of equal values: equal bytes are the same order, other bytes another one. */
  private Statement ordered(Boolean sameBytes) {
    if (sameBytes == null) {
      return Statement.SAME_VALUES;
    }
    if (sameBytes) {
      return Statement.SAME_BITS;
    }
    // NaNs have several codes: other codes in other numbers move nothing.
    boolean sameCodes =
        left.source() == null
            ? !of.hasNaN()
            : left.source().withoutPlace().equals(right.source().withoutPlace());
    return sameCodes ? Statement.MOVED : Statement.SAME_VALUES;
  }

  private PairOutcome tryAll() {
    List<Explanation> fitting = new ArrayList<>();
    Explanation nearest = null;
    Values nearestImage = null;
    long fewest = Long.MAX_VALUE;
    boolean untested = false;
    for (Explanation explanation : explanations()) {
      Values image = image(explanation);
      if (image == null) {
        untested |= explanation.steps().size() > 0;
        continue;
      }
      long differ = image.leastDifferent(of);
      if (differ == 0) {
        fitting.add(explanation);
      }
      if (differ < fewest) {
        fewest = differ;
        nearest = explanation;
        nearestImage = image;
      }
    }
    if (nearest == null) {
      return PairOutcome.different(1L);
    }
    return new PairOutcome(
        fewest == 0 ? Statement.IMAGE : Statement.DIFFERENT,
        nearest.id(),
        fitting.stream().map(Explanation::id).toList(),
        untested,
        byId(fitting, nearest, true),
        byId(fitting, nearest, false),
        changes(nearest),
        fewest,
        nearestImage.leastLargestDifference(of),
        largestOfLeft());
  }

  private static Map<String, String> byId(
      List<Explanation> fitting, Explanation nearest, boolean words) {
    Map<String, String> byId = new LinkedHashMap<>();
    byId.put(nearest.id(), words ? nearest.words() : nearest.family());
    fitting.forEach(e -> byId.put(e.id(), words ? e.words() : e.family()));
    return byId;
  }

  private List<Explanation> explanations() {
    Parameters suggested = Parameters.none();
    FloatFormat format = right.dtype().format();
    if (left.exact() != null) {
      suggested = Parameters.suggestedBy(values(left), of);
    } else if (left.cast(format) != null) {
      Values casts = Values.of(left.cast(format), tables.get(format));
      suggested.limits().addAll(Parameters.suggestedBy(casts, of).limits());
    }
    Double largest = largestOfLeft();
    return Explanations.of(
        left.dtype(),
        right.dtype(),
        largest == null ? Double.POSITIVE_INFINITY : largest,
        suggested);
  }

  /** The largest magnitude of LEFT, infinities included; null where only its casts are known. */
  private Double largestOfLeft() {
    if (left.exact() == null) {
      return null;
    }
    Values known = values(left);
    return known.hasInfinity() ? Double.POSITIVE_INFINITY : known.largest();
  }

  private Values image(Explanation explanation) {
    CodeCounts exact = left.exact();
    if (exact != null) {
      return explanation.image(exact, tables);
    }
    return explanation.imageOfWide(left, tables);
  }

  private Changes changes(Explanation explanation) {
    CodeCounts exact = left.exact();
    if (exact != null) {
      return explanation.changes(exact, tables);
    }
    boolean plain = explanation.id().equals(Explanations.NEAREST);
    return plain ? left.rounding(right.dtype().format()) : null;
  }

  /** Neither side's values are known, only what they round to. */
  private PairOutcome bothWide() {
    if (left.dtype() != right.dtype()) {
      return otherWide();
    }
    long fewest = 0;
    for (FloatFormat format : ofBoth()) {
      fewest = Math.max(fewest, cast(left, format).leastDifferent(cast(right, format)));
    }
    if (fewest > 0) {
      return PairOutcome.different(fewest);
    }
    Boolean sameBytes = sameBytes();
    if (sameBytes == null) {
      return PairOutcome.of(Statement.SAME_ROUNDINGS);
    }
    if (sameBytes) {
      return PairOutcome.unchanged(Statement.SAME_BITS);
    }
    // NaNs have many codes: the bytes may be others where the values are not.
    boolean nan = ofBoth().stream().anyMatch(format -> cast(left, format).hasNaN());
    return PairOutcome.of(nan ? Statement.SAME_ROUNDINGS : Statement.OTHER_BITS);
  }

  /** Rounding to F32 first may round to F16 or BF16 twice, which gives a neighbour at the most. */
  private PairOutcome otherWide() {
    boolean same = true;
    for (FloatFormat format : ofBoth()) {
      Values l = cast(left, format);
      Values r = cast(right, format);
      if (!l.mayRoundFromTheSame(r, format)) {
        return PairOutcome.different(1L);
      }
      same &= l.equals(r);
    }
    return PairOutcome.of(same ? Statement.SAME_ROUNDINGS : Statement.UNDECIDED);
  }

  /** The formats of which the casts of both sides are counted. */
  private List<FloatFormat> ofBoth() {
    return left.casts().keySet().stream().filter(right.casts()::containsKey).toList();
  }

  private Values cast(Contents side, FloatFormat format) {
    return Values.of(side.cast(format), tables.get(format));
  }

  /** RIGHT has values that no 16-bit format holds: LEFT may have been made from it. */
  private PairOutcome rightWide() {
    FloatFormat narrow = left.dtype().format();
    Values of = values(left);
    if (right.cast(narrow) == null) {
      return ofRoundedTwice(of, narrow);
    }
    long differ = of.leastDifferent(cast(right, narrow));
    return differ == 0 ? PairOutcome.of(Statement.ORIGINAL) : PairOutcome.different(differ);
  }

  /**
   * Casts to 8 bits are not stored; those of the casts to BF16 are their neighbours at the most.
   */
  private PairOutcome ofRoundedTwice(Values of, FloatFormat narrow) {
    Optional<Target> target = Explanations.castTo(left.dtype());
    if (target.isEmpty()) {
      return PairOutcome.different(1L);
    }
    Explanation twice = new Explanation("", "", "", List.of(new Step.Nearest(target.get())));
    Values image = twice.image(right.cast(FloatFormat.BF16), tables);
    return of.mayRoundFromTheSame(image, narrow)
        ? PairOutcome.of(Statement.UNDECIDED)
        : PairOutcome.different(1L);
  }
}
