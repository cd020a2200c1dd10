package io.ckptaudit.job.pipeline;

import java.nio.file.FileSystemException;

/** Why something failed, in one line: a message of Spark goes on with the stack trace of a task. */
final class FailureReason {

  private FailureReason() {}

  /** Spark says that a task has failed, and only the first cause says of what. */
  static String of(Exception cause) {
    Throwable first = cause;
    while (first.getCause() != null) {
      first = first.getCause();
    }
    String text = line(cause);
    String root = line(first);
    return text.contains(root) ? text : text + " (" + root + ")";
  }

  private static String line(Throwable cause) {
    return sentence(cause).lines().findFirst().orElse("");
  }

  /** Where only the name of a file is told, its kind says what is wrong with it. */
  private static String sentence(Throwable cause) {
    return cause instanceof FileSystemException named && named.getReason() == null
        ? cause.getClass().getSimpleName() + " " + named.getFile()
        : String.valueOf(cause.getMessage());
  }
}
