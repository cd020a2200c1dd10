package io.ckptaudit.job.cli;

import java.time.Duration;

/**
 * Ends this process in time once it was told to: a scheduler that sent SIGTERM sends SIGKILL after
 * 30 seconds, and stopping Spark may hang where a store does not answer.
 */
final class QuickEnd {

  /** What a shell calls a process that SIGTERM ended. */
  static final int TERMINATED = 143;

  private static final Duration GRACE = Duration.ofSeconds(20);

  private volatile int exitCode = TERMINATED;

  private QuickEnd() {}

  static QuickEnd ofThisProcess() {
    QuickEnd end = new QuickEnd();
    Runtime.getRuntime().addShutdownHook(new Thread(end::watch, "quick-end"));
    return end;
  }

  /** What the process would have ended with by itself. */
  void exitCode(int code) {
    exitCode = code;
  }

  /** The JVM does not wait for daemons, but for all that hooks do. */
  private void watch() {
    Thread halt = new Thread(this::halt, "quick-end-halt");
    halt.setDaemon(true);
    halt.start();
  }

  private void halt() {
    try {
      Thread.sleep(GRACE.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(exitCode);
  }
}
