package io.ckptaudit.job.checkpoint;

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
  INCOMPLETE_INTERNAL(
      "the program failed on it", "report this with the log, and audit the other files meanwhile");

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
    if (failure instanceof AccessDeniedException) {
      return IO_DENIED;
    }
    if (failure instanceof OverBudgetException) {
      return TIME_BUDGET;
    }
    return failure instanceof IOException ? IO_READ : INCOMPLETE_INTERNAL;
  }

  /** Whether another attempt may succeed. */
  public boolean isTransient() {
    return this == IO_READ;
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
    return List.of();
  }

  @Override
  public List<String> incidents() {
    return List.of();
  }

  Problem ofHeader(String name) {
    return Problem.error(this, "Cannot read the header").in(name).because(reason).todo(action);
  }
}
