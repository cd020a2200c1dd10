package io.ckptaudit.job.pipeline;

import java.io.IOException;

/**
 * Spark gave up: lost executors, no space to spill, a killed job. The checkpoint is not at fault.
 */
public final class UnfinishedException extends IOException {

  private static final long serialVersionUID = 1L;

  UnfinishedException(Exception cause) {
    super(
        "Cannot finish the audit: "
            + cause.getMessage()
            + "; look into the logs of the executors and run it again",
        cause);
  }
}
