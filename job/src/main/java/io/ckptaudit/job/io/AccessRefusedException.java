package io.ckptaudit.job.io;

import java.io.IOException;

/** A store refuses access: no rights, no credentials, or credentials that are no longer valid. */
public final class AccessRefusedException extends IOException {
  private static final long serialVersionUID = 1L;

  AccessRefusedException(String uri, IOException cause) {
    super(
        "Cannot access '%s': the store denies it; check the credentials and the rights (%s)"
            .formatted(uri, cause.getMessage()),
        cause);
  }
}
