package io.ckptaudit.job.compare;

import io.ckptaudit.job.compare.Explanations.Parameters;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.state.CodeCounts;
import io.ckptaudit.udfs.state.FormatTables;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

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

  /** The largest finite magnitude of LEFT; null where only its casts are known. */
  private Double largestOfLeft() {
    return left.exact() == null ? null : (Double) values(left).largest();
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
    long fewest = 0;
    for (FloatFormat format : left.casts().keySet()) {
      if (right.cast(format) != null) {
        FormatTables of = tables.get(format);
        Values l = Values.of(left.cast(format), of);
        fewest = Math.max(fewest, l.leastDifferent(Values.of(right.cast(format), of)));
      }
    }
    if (fewest > 0) {
      return PairOutcome.different(fewest);
    }
    return Boolean.TRUE.equals(sameBytes())
        ? PairOutcome.of(Statement.SAME_BITS)
        : PairOutcome.of(Statement.SAME_ROUNDINGS);
  }

  /** RIGHT has values that no 16-bit format holds: LEFT may have been made from it. */
  private PairOutcome rightWide() {
    DType narrow = left.dtype();
    CodeCounts rounded = narrow.isFloating() ? right.cast(narrow.format()) : null;
    if (rounded == null) {
      return PairOutcome.different(1L);
    }
    Values image = Values.of(rounded, tables.get(narrow.format()));
    long differ = values(left).leastDifferent(image);
    return differ == 0 ? PairOutcome.of(Statement.ORIGINAL) : PairOutcome.different(differ);
  }
}
