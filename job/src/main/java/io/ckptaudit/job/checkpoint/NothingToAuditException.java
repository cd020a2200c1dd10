package io.ckptaudit.job.checkpoint;

import java.io.IOException;

/** What was asked for names no checkpoint. A mistyped path must never look like a clean audit. */
public final class NothingToAuditException extends IOException {
  private static final long serialVersionUID = 1L;

  public NothingToAuditException(String message) {
    super(message);
  }

  public NothingToAuditException(String message, Throwable cause) {
    super(message, cause);
  }
}
