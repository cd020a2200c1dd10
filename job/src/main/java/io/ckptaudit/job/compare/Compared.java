package io.ckptaudit.job.compare;

import io.ckptaudit.udfs.state.ElementDifferences;
import java.io.Serializable;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * A pair with what is said of it.
 *
 * @param elements what comparing element by element came to; null where nobody did
 */
public record Compared(Pair pair, PairOutcome outcome, ElementsCompared elements)
    implements Serializable {

  static final String UNTESTED =
      "of 32- and 64-bit values of LEFT only rounding to nearest was tested, and --values tells"
          + " more";

  private static final int NAMED = 4;

  public Compared(Pair pair, PairOutcome outcome) {
    this(pair, outcome, null);
  }

  /**
   * With the counts of a pair compared. Where the names or shapes want another order, other bytes
   * are not evidence of anything, and the same ones are an error.
   *
   * @param left what is compared
   */
  public static Compared of(Pair pair, Contents left, PairOutcome outcome) {
    if (!pair.mayBePermuted()) {
      return new Compared(pair, outcome);
    }
    return switch (outcome.statement()) {
      case MOVED -> new Compared(pair, outcome.as(Statement.SAME_VALUES));
      case OTHER_BITS -> new Compared(pair, outcome.as(Statement.SAME_ROUNDINGS));
      case SAME_BITS -> new Compared(pair, left.isOneCode() ? outcome : outcome.as(unmoved(pair)));
      default -> new Compared(pair, outcome);
    };
  }

  /** What it means that elements stand in the same places, where they should not. */
  static Statement unmoved(Pair pair) {
    return pair.isRotary() ? Statement.NOT_PERMUTED : Statement.OTHER_SHAPE;
  }

  public Statement statement() {
    return outcome.statement();
  }

  /** Whether counts and digests leave open that each value is in its place. */
  public boolean isOpen() {
    return statement().isOpen();
  }

  /** Whether explanations are left that only the elements themselves can test. */
  boolean hasUntested() {
    return statement() == Statement.DIFFERENT && outcome.untested() && !isByElements();
  }

  /**
   * What the elements of one side may be on the other, likeliest first; none if nobody can tell.
   */
  public List<ElementTrial> trials() {
    return ElementTrial.of(pair, outcome);
  }

  /** The orders in which elements may stand, likeliest first. */
  public List<ElementOrder> orders() {
    return ElementOrders.of(pair);
  }

  /** The same with what comparing its elements came to. */
  public Compared with(ElementsCompared found) {
    ElementsCompared checked = ElementStatement.checked(this, found);
    return new Compared(pair, ElementStatement.of(this, checked), checked);
  }

  /** Whether elements were compared. */
  public boolean isByElements() {
    return elements != null && elements.isKnown();
  }

  /** The first differing elements, in order; none where none differ or nobody looked. */
  public List<ElementPlace> firstDifferent() {
    return isByElements() ? ElementPlace.first(pair, elements) : List.of();
  }

  /** The statement in words, for exactly what it proves, without its full stop. */
  public String sentence() {
    String words =
        outcome.explanation() == null ? null : outcome.words().get(outcome.explanation());
    return switch (statement()) {
      case IMAGE ->
          "RIGHT's values are exactly LEFT's " + words + "; order not checked" + alternatives();
      case IMAGE_IN_ORDER ->
          "each of RIGHT's values is exactly LEFT's in its place, "
              + words
              + alternatives()
              + undone();
      case SAME_IN_ORDER, LOSSLESS_IN_ORDER, ORIGINAL_IN_ORDER -> statement().meaning() + undone();
      case MOVED -> moved();
      case DIFFERENT -> different(words);
      default -> statement().meaning();
    };
  }

  private String undone() {
    return elements.order().words() == null ? "" : ", " + elements.order().words();
  }

  private String alternatives() {
    int fits = outcome.fits().size();
    return fits < 2
        ? ""
        : "; cannot be told here from " + String.join(", ", outcome.fits().subList(1, fits));
  }

  private String moved() {
    if (!isByElements()) {
      return statement().meaning() + ": the CRC-32C differs";
    }
    if (!elements.allEqual()) {
      return statement().meaning() + ": " + differing();
    }
    return statement().meaning() + ": each is in place only " + elements.order().words();
  }

  private String different(String words) {
    if (isByElements()) {
      return statement().meaning()
          + ": "
          + differing()
          + (words == null ? "" : ", from LEFT's " + words + ", which comes nearest");
    }
    if (outcome.leastDifferent() == null) {
      return statement().meaning();
    }
    String least = "at least " + outcome.leastDifferent() + " values differ";
    if (words == null) {
      return statement().meaning() + ": " + least;
    }
    return statement().meaning()
        + ": "
        + least
        + ", one of them by at least "
        + outcome.leastLargest()
        + ", from LEFT's "
        + words
        + ", which comes nearest"
        + (hasUntested() ? "; " + UNTESTED : "");
  }

  /** How many elements differ, where, and how far. */
  private String differing() {
    ElementDifferences found = elements.differences();
    String places =
        firstDifferent().stream()
            .limit(NAMED)
            .map(ElementPlace::toString)
            .collect(Collectors.joining(", "));
    String more = found.different() > NAMED ? " and on" : "";
    String far =
        found.dtype().isFloating() ? ", by up to " + steps(found) + " or " + found.largest() : "";
    return String.format(
            Locale.ROOT, "%,d of %,d elements differ, at ", found.different(), found.elements())
        + places
        + more
        + far
        + undone();
  }

  private static String steps(ElementDifferences found) {
    return String.format(Locale.ROOT, "%,d ULP", found.largestSteps());
  }
}
