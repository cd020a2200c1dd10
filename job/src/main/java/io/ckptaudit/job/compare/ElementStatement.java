package io.ckptaudit.job.compare;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.udfs.number.DType;

/** What becomes of a statement that counts gave, once elements are compared one by one. */
final class ElementStatement {

  private ElementStatement() {}

  static PairOutcome of(Compared counted, ElementsCompared found) {
    if (!found.isKnown()) {
      return counted.outcome();
    }
    return found.allEqual() ? equal(counted, found) : unequal(counted.outcome(), found);
  }

  /**
   * Whether counts and elements cannot be of the same bytes: fewer differ than must, or some do
   * where none can, or none where some must.
   */
  private static boolean contradicts(Compared counted, ElementsCompared found) {
    if (!found.isKnown()) {
      return false;
    }
    PairOutcome outcome = counted.outcome();
    boolean unmoved = found.order().words() == null;
    boolean inPlace = unmoved || ElementOrders.isExpected(counted.pair(), found.order());
    // Of what is not counted only digests differ, and those do in another order too.
    boolean anyOrder = found.differences().dtype().isFloating();
    return switch (outcome.statement()) {
      case SAME_BITS -> !found.allEqual() || !inPlace;
      case OTHER_BITS -> found.allEqual() && unmoved;
      case DIFFERENT ->
          (unmoved || anyOrder)
              && found.trial().isCounted()
              && outcome.leastDifferent() != null
              && found.differences().different() < outcome.leastDifferent();
      default -> false;
    };
  }

  /** The same, as a file that changed between the two looks at it. */
  static ElementsCompared checked(Compared counted, ElementsCompared found) {
    return contradicts(counted, found)
        ? ElementsCompared.unread(ReadFault.CHANGED_DURING_AUDIT)
        : found;
  }

  private static PairOutcome equal(Compared counted, ElementsCompared found) {
    PairOutcome outcome = counted.outcome();
    if (outcome.statement() == Statement.SAME_BITS) {
      return outcome;
    }
    if (!ElementOrders.isExpected(counted.pair(), found.order())) {
      boolean unmoved = counted.pair().mayBePermuted() && found.order().words() == null;
      return outcome.as(unmoved ? Compared.unmoved(counted.pair()) : Statement.MOVED);
    }
    return switch (outcome.statement()) {
      case LOSSLESS -> outcome.as(Statement.LOSSLESS_IN_ORDER);
      case IMAGE ->
          found.trial().isCounted()
              ? outcome.as(Statement.IMAGE_IN_ORDER)
              : PairOutcome.tried(Statement.IMAGE_IN_ORDER, found.trial()).orBy(outcome);
      case ORIGINAL -> outcome.as(Statement.ORIGINAL_IN_ORDER);
      case SAME_VALUES, MOVED, NOT_PERMUTED -> outcome.as(Statement.SAME_IN_ORDER);
      default -> undecided(found.trial());
    };
  }

  /** Counts did not tell how the values were made: the image that fits does. */
  private static PairOutcome undecided(ElementTrial trial) {
    ElementImage image = trial.image();
    if (!trial.isCounted()) {
      return PairOutcome.tried(Statement.IMAGE_IN_ORDER, trial);
    }
    if (image.reversed()) {
      return PairOutcome.of(Statement.ORIGINAL_IN_ORDER);
    }
    if (image.first() != null) {
      String words = "rounded to nearest even in " + image.to();
      return PairOutcome.explained(Statement.IMAGE_IN_ORDER, Explanations.NEAREST, words);
    }
    DType from = image.from();
    Statement same = from == image.to() ? Statement.SAME_IN_ORDER : Statement.LOSSLESS_IN_ORDER;
    return PairOutcome.unchanged(same);
  }

  private static PairOutcome unequal(PairOutcome outcome, ElementsCompared found) {
    if (!found.trial().isCounted() && outcome.statement() == Statement.DIFFERENT) {
      return PairOutcome.tried(Statement.DIFFERENT, found.trial());
    }
    return switch (outcome.statement()) {
      case SAME_ROUNDINGS, UNDECIDED, OTHER_BITS, NOT_COMPARED, DIFFERENT ->
          outcome.as(Statement.DIFFERENT);
      default -> outcome.as(Statement.MOVED);
    };
  }
}
