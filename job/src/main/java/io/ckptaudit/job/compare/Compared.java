package io.ckptaudit.job.compare;

import java.io.Serializable;

/** A pair with what is said of it. */
public record Compared(Pair pair, PairOutcome outcome) implements Serializable {

  /** With the counts of a pair compared: an order that may differ is one that is not checked. */
  public static Compared of(Pair pair, PairOutcome outcome) {
    boolean moved = outcome.statement() == Statement.MOVED && pair.mayBePermuted();
    return new Compared(pair, moved ? outcome.as(Statement.SAME_VALUES) : outcome);
  }

  public Statement statement() {
    return outcome.statement();
  }

  /** The statement in words, for exactly what it proves, without its full stop. */
  public String sentence() {
    String words =
        outcome.explanation() == null ? null : outcome.words().get(outcome.explanation());
    return switch (statement()) {
      case IMAGE ->
          "RIGHT's values are exactly LEFT's " + words + "; order not checked" + alternatives();
      case DIFFERENT -> different(words);
      default -> statement().meaning();
    };
  }

  private String alternatives() {
    int fits = outcome.fits().size();
    return fits < 2
        ? ""
        : "; cannot be told here from " + String.join(", ", outcome.fits().subList(1, fits));
  }

  private String different(String words) {
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
        + ", which comes nearest";
  }
}
