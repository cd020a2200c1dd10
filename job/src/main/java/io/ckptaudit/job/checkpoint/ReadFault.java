package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.AccessRefusedException;
import io.ckptaudit.job.io.FileBudgetException;
import io.ckptaudit.job.io.FileChangedException;
import io.ckptaudit.job.io.OverBudgetException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.List;

/**
 * Why bytes could not be read: rules that mean we could not finish. What a store says of it differs
 * from store to store and goes to the log; these words are the same everywhere, so that a report of
 * the same fault is the same report.
 */
public enum ReadFault implements FindingRule {
  CHANGED_DURING_AUDIT(
      "it is no longer the file that was listed", "keep writers away and run the audit again"),
  GONE("it is no longer there", "keep writers away and run the audit again"),
  IO_DENIED("access to it is denied", "grant the right to read it and run the audit again"),
  IO_READ("reading it failed", "check the disk or the store (see the log) and run the audit again"),
  TIME_BUDGET(
      "reading it took longer than it may",
      "look at the store, or allow more with --conf spark.ckptaudit.header.seconds=N"),
  INCOMPLETE_BUDGET(
      "its file takes more of the run than it may",
      "look at the store, or allow more with --conf spark.ckptaudit.file.seconds=N or spark.ckptaudit.file.bytes=N"),
  POISON(
      "each time it was read, the process that read it ended",
      "look into the logs of the executors, and audit it alone with more memory"),
  INCOMPLETE_INTERNAL(
      "the program failed on it", "report this with the log, and audit the other files meanwhile");

  static final String FAILED_AT = "failed_at";
  static final String ATTEMPTS = "attempts";

  /** Bytes of weights in the file, and those of them that are in the report. */
  public static final String FILE_BYTES = "file_bytes";

  public static final String FILE_BYTES_READ = "file_bytes_read";

  private final String reason;
  private final String action;

  ReadFault(String reason, String action) {
    this.reason = reason;
    this.action = action;
  }

  public static ReadFault of(Exception failure) {
    if (failure instanceof FileChangedException) {
      return CHANGED_DURING_AUDIT;
    }
    if (failure instanceof FileNotFoundException || failure instanceof NoSuchFileException) {
      return GONE;
    }
    if (failure instanceof AccessRefusedException || failure instanceof AccessDeniedException) {
      return IO_DENIED;
    }
    if (failure instanceof OverBudgetException) {
      return TIME_BUDGET;
    }
    if (failure instanceof FileBudgetException) {
      return INCOMPLETE_BUDGET;
    }
    return failure instanceof IOException ? IO_READ : INCOMPLETE_INTERNAL;
  }

  /** Whether another attempt may succeed. */
  public boolean isTransient() {
    return this == IO_READ;
  }

  /**
   * Whether a second pass over the file may succeed: with its header read anew, or apart from the
   * file that took its process along.
   */
  public boolean isForSecondPass() {
    return this == CHANGED_DURING_AUDIT || this == POISON;
  }

  public String reason() {
    return reason;
  }

  @Override
  public String action() {
    return action;
  }

  @Override
  public List<Severity> severities() {
    return List.of(Severity.ERROR);
  }

  /** All of them do. */
  @Override
  public boolean isIncomplete() {
    return true;
  }

  @Override
  public String meaning() {
    return "a header or tensor could not be read: " + reason;
  }

  @Override
  public List<String> evidence() {
    return switch (this) {
      case IO_READ -> List.of(FAILED_AT, ATTEMPTS);
      case INCOMPLETE_BUDGET -> List.of(FILE_BYTES_READ, FILE_BYTES);
      default -> List.of();
    };
  }

  @Override
  public List<String> incidents() {
    return List.of();
  }
}
