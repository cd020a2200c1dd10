package io.ckptaudit.job.cli;

/**
 * Whether a run has started Spark. Apart from what starts it: asking must not load a class that
 * names Spark.
 */
final class StartedSession {

  private static volatile boolean started;

  private StartedSession() {}

  static void mark() {
    started = true;
  }

  static boolean exists() {
    return started;
  }
}
