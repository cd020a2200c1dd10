package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.report.RunVerdict;
import java.io.IOException;
import java.util.Optional;

/** The report could not be written. */
public final class PublicationException extends IOException {

  private static final long serialVersionUID = 2L;

  private final transient RunVerdict verdict;

  /** Before anything was read. */
  PublicationException(String report, Exception cause) {
    this(report, cause, null);
  }

  /** After everything was read. */
  PublicationException(String report, Exception cause, RunVerdict verdict) {
    super(
        "Cannot publish the report to "
            + Settings.withoutUserInfo(report)
            + ": "
            + FailureReason.of(cause)
            + "; make the folder writable or choose another with --report",
        cause);
    this.verdict = verdict;
  }

  /** What was found, which is stored nowhere; empty if nothing was read. */
  public Optional<RunVerdict> verdict() {
    return Optional.ofNullable(verdict);
  }
}
