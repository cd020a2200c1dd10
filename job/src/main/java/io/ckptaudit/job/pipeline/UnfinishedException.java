package io.ckptaudit.job.pipeline;

import java.io.IOException;
import org.apache.spark.SparkException;

/**
 * Spark gave up: lost executors, no space to spill, a killed job. The checkpoint is not at fault.
 */
public final class UnfinishedException extends IOException {

  private static final long serialVersionUID = 1L;

  UnfinishedException(Exception cause) {
    super(
        "Cannot finish the audit: "
            + FailureReason.of(cause)
            + "; look into the logs of the executors and run it again",
        cause);
  }

  /** What a run throws for a failure: Spark's checked exceptions come out of unchecked methods. */
  static IOException orOurs(Exception failure) {
    if (failure instanceof IOException ours) {
      return ours;
    }
    if (failure instanceof SparkException) {
      return new UnfinishedException(failure);
    }
    throw failure instanceof RuntimeException bug ? bug : new IllegalStateException(failure);
  }
}
