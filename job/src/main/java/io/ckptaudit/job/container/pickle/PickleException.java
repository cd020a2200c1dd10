package io.ckptaudit.job.container.pickle;

import io.ckptaudit.job.container.pickle.PickleFault.Kind;

/** Ends the reading of a pickle. */
final class PickleException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Kind kind;

  PickleException(Kind kind, String reason) {
    super(reason, null, false, false);
    this.kind = kind;
  }

  static PickleException corrupt(String reason) {
    return new PickleException(Kind.CORRUPT, reason);
  }

  static PickleException limit(String reason) {
    return new PickleException(Kind.LIMIT, reason);
  }

  Kind kind() {
    return kind;
  }
}
