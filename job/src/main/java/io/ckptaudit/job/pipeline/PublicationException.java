package io.ckptaudit.job.pipeline;

import java.io.IOException;

/** The weights were audited, but the report could not be written. */
public final class PublicationException extends IOException {

  private static final long serialVersionUID = 1L;

  PublicationException(String report, Exception cause) {
    super(
        "Cannot publish the report to "
            + report
            + ": "
            + cause.getMessage()
            + "; make the folder writable or choose another with --report",
        cause);
  }
}
