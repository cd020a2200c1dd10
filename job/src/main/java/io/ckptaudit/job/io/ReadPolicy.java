package io.ckptaudit.job.io;

/** How a file is going to be read. A hint: every policy reads the same bytes. */
public enum ReadPolicy {
  /** Ranges anywhere, each as long as it was asked for: headers, and blocks read side by side. */
  RANDOM,
  /** Long ranges, front to back: weights. */
  SEQUENTIAL,
  /**
   * As SEQUENTIAL, past the page cache where the file system can; where it cannot, the log says so
   * once.
   */
  DIRECT
}
