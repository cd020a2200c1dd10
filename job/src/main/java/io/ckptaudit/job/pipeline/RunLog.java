package io.ckptaudit.job.pipeline;

import org.slf4j.MDC;
import org.slf4j.bridge.SLF4JBridgeHandler;

/**
 * What is logged goes to the log that Spark is configured with, from the start: Spark takes what
 * the JDK's loggers are given only when it has started itself, which is after the headers were read
 * in local mode.
 */
public final class RunLog {

  /** Spark puts local properties of such names into the diagnostic context of tasks. */
  static final String LABEL = "mdc.run";

  private RunLog() {}

  /** Also puts the run's id on the lines of this thread, as %X{mdc.run} of log4j. */
  public static void begin(String runId) {
    MDC.put(LABEL, runId);
    begin();
  }

  public static void begin() {
    if (!SLF4JBridgeHandler.isInstalled()) {
      SLF4JBridgeHandler.removeHandlersForRootLogger();
      SLF4JBridgeHandler.install();
    }
  }
}
