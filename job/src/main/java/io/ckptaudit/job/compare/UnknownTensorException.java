package io.ckptaudit.job.compare;

/** A mapping of names speaks of a tensor that is not there: the user's to correct. */
public final class UnknownTensorException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  UnknownTensorException(String message) {
    super(message);
  }
}
