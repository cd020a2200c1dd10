package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.report.RunVerdict;
import java.io.IOException;
import java.nio.file.FileSystemException;
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
            + reason(cause)
            + "; make the folder writable or choose another with --report",
        cause);
    this.verdict = verdict;
  }

  /** Spark says that a task has failed, and only the first cause says of what. */
  private static String reason(Exception cause) {
    Throwable first = cause;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    String text = sentence(cause);
    String root = sentence(first).lines().findFirst().orElse("");
    return text.contains(root) ? text : text + " (" + root + ")";
  }

  /** Where only the name of a file is told, its kind says what is wrong with it. */
  private static String sentence(Throwable cause) {
    return cause instanceof FileSystemException named && named.getReason() == null
        ? cause.getClass().getSimpleName() + " " + named.getFile()
        : String.valueOf(cause.getMessage());
  }

  /** What was found, which is stored nowhere; empty if nothing was read. */
  public Optional<RunVerdict> verdict() {
    return Optional.ofNullable(verdict);
  }
}
