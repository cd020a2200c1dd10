package io.ckptaudit.job.io;

import java.io.IOException;

/** Reading the start of a file took longer than it may. */
public final class OverBudgetException extends IOException {
  private static final long serialVersionUID = 1L;

  OverBudgetException(long position, long seconds) {
    super(
        "Cannot read on at byte "
            + position
            + ": the budget of "
            + seconds
            + " s is spent; look at the store, or allow more");
  }
}
