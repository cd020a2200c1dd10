package io.ckptaudit.job.pipeline;

import java.io.IOException;

/** A published run that is no longer what was published. */
public final class DamagedReportException extends IOException {

  private static final long serialVersionUID = 1L;

  DamagedReportException(String message, Exception cause) {
    super(message, cause);
  }
}
