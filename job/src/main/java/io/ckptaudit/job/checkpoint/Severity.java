package io.ckptaudit.job.checkpoint;

/** How much a problem matters to the verdict. */
public enum Severity {
  INFO,
  WARNING,
  ERROR
}
