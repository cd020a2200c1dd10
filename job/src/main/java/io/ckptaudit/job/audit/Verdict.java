package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Severity;
import java.util.Collection;
import java.util.Locale;

/** The outcome of a run: what the gate and the exit code say. */
public enum Verdict {
  CLEAN(0),
  FINDINGS(10),
  INCOMPLETE(12);

  private final int exitCode;

  Verdict(int exitCode) {
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }

  /** From which severity on a finding fails a run. */
  public enum FailOn {
    ERROR,
    WARNING,
    NEVER;

    boolean fails(Severity severity) {
      return switch (this) {
        case ERROR -> severity == Severity.ERROR;
        case WARNING -> severity != Severity.INFO;
        case NEVER -> false;
      };
    }

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What could not be finished outranks what was found. */
  public static Verdict of(Collection<Finding> findings, FailOn failOn) {
    if (findings.stream().anyMatch(Finding::incomplete)) {
      return INCOMPLETE;
    }
    boolean fails = findings.stream().anyMatch(finding -> failOn.fails(finding.severity()));
    return fails ? FINDINGS : CLEAN;
  }
}
