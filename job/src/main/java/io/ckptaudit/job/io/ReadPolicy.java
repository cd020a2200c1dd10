package io.ckptaudit.job.io;

/** How a file is going to be read. A hint: every policy reads the same bytes. */
public enum ReadPolicy {
  /** A few small ranges anywhere: headers and directories. */
  RANDOM,
  /** Long ranges, front to back: weights. */
  SEQUENTIAL
}
