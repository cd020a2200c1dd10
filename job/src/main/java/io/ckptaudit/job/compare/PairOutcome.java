package io.ckptaudit.job.compare;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The strongest statement that holds of a pair, with what it rests on.
 *
 * @param explanation the simplest one that fits, or for {@link Statement#DIFFERENT} the one that
 *     comes nearest; null where none was tried
 * @param fits ids of all that fit, simplest first: several cannot be told apart in this pair
 * @param untested whether some explanations need more than the stored run has
 * @param words of the explanations that fit, by id
 * @param families of the explanations that fit, by id
 * @param changes what the explanation made of LEFT's values; null where that is not known
 * @param leastDifferent number of elements that must differ from the image under the explanation,
 *     whatever their order; null where that is not known
 * @param leastLargest how much the most different one differs at least; null where not known
 * @param largestOfLeft the largest magnitude of LEFT, infinities included; null where not known
 */
public record PairOutcome(
    Statement statement,
    String explanation,
    List<String> fits,
    boolean untested,
    Map<String, String> words,
    Map<String, String> families,
    Changes changes,
    Long leastDifferent,
    Double leastLargest,
    Double largestOfLeft)
    implements Serializable {

  /** A statement that rests on no explanation. */
  public static PairOutcome of(Statement statement) {
    return of(statement, null);
  }

  /** Values that are what they were, though nothing else is known of them. */
  static PairOutcome unchanged(Statement statement) {
    return explained(statement, Explanation.UNCHANGED, "none of which changed");
  }

  /** One explanation that fits, as the elements themselves tell. */
  static PairOutcome explained(Statement statement, String id, String words) {
    return new PairOutcome(
        statement, id, List.of(id), false, Map.of(id, words), Map.of(id, id), null, 0L, null, null);
  }

  /** Explanations that only elements could test; others were not tried with them. */
  static PairOutcome tried(Statement statement, ElementTrial trial) {
    boolean holds = statement.isAccounted();
    Map<String, String> words = new LinkedHashMap<>();
    Map<String, String> families = new LinkedHashMap<>();
    for (Explanation explanation : trial.explanations()) {
      words.put(explanation.id(), explanation.words());
      families.put(explanation.id(), explanation.family());
    }
    return new PairOutcome(
        statement,
        trial.explanations().get(0).id(),
        holds ? List.copyOf(words.keySet()) : List.of(),
        true,
        words,
        families,
        null,
        holds ? 0L : null,
        null,
        trial.largestOfLeft());
  }

  /** The same, where the explanations of another outcome of the pair fit too. */
  PairOutcome orBy(PairOutcome other) {
    List<String> all = new ArrayList<>(fits);
    all.addAll(other.fits);
    Map<String, String> allWords = new LinkedHashMap<>(other.words);
    allWords.putAll(words);
    Map<String, String> allFamilies = new LinkedHashMap<>(other.families);
    allFamilies.putAll(families);
    return new PairOutcome(
        statement,
        explanation,
        List.copyOf(all),
        untested,
        allWords,
        allFamilies,
        changes,
        leastDifferent,
        leastLargest,
        largestOfLeft);
  }

  static PairOutcome different(Long leastDifferent) {
    return of(Statement.DIFFERENT, leastDifferent);
  }

  private static PairOutcome of(Statement statement, Long leastDifferent) {
    return new PairOutcome(
        statement, null, List.of(), false, Map.of(), Map.of(), null, leastDifferent, null, null);
  }

  PairOutcome as(Statement other) {
    return new PairOutcome(
        other,
        explanation,
        fits,
        untested,
        words,
        families,
        changes,
        leastDifferent,
        leastLargest,
        largestOfLeft);
  }

  /**
   * Whether an explanation that fits another pair is possible here too: it fits, or has nothing to
   * act on and would change nothing more than plain rounding does.
   */
  boolean allows(String id, String family) {
    if (fits.isEmpty() || fits.contains(id)) {
      return true;
    }
    if (largestOfLeft == null) {
      return false;
    }
    if (Explanations.clipsBetween(id)) {
      return largestOfLeft <= Explanations.limitBetween(id)
          && fits.contains(Explanations.withoutClipping(id));
    }
    boolean rounds = fits.contains(Explanations.NEAREST) || fits.contains(Explanation.UNCHANGED);
    return switch (family) {
      case "clipped" -> rounds && largestOfLeft <= Explanations.limit(id);
      case "scaled" -> rounds && largestOfLeft == 0;
      case Explanations.NEAREST -> fits.contains(Explanation.UNCHANGED);
      default -> false;
    };
  }
}
