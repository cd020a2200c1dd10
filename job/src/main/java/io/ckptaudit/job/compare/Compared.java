package io.ckptaudit.job.compare;

import java.io.Serializable;

/** A pair with what is said of it. */
public record Compared(Pair pair, PairOutcome outcome) implements Serializable {

  Statement statement() {
    return outcome.statement();
  }
}
