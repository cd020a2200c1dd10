package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileBudgetException;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.job.plan.Split;
import java.io.Serializable;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.spark.SparkConf;

/**
 * How much of a run the weights of one file may take, so that a slow or huge one does not keep the
 * others waiting.
 *
 * @param seconds that a task may be at one file; what it is over it costs the tensors it was in and
 *     those it had not come to
 * @param bytes from the start of a file that are read; tensors that reach beyond are not
 */
record FileBudget(long seconds, long bytes) implements Serializable {

  static final String SECONDS = "spark.ckptaudit.file.seconds";
  static final String BYTES = "spark.ckptaudit.file.bytes";

  /** A task of 2 GiB at 0.3 MB/s. */
  static final FileBudget USUAL = new FileBudget(7200, Long.MAX_VALUE);

  static FileBudget of(SparkConf conf) {
    long seconds = conf.getTimeAsSeconds(SECONDS, USUAL.seconds + "s");
    long bytes = conf.getSizeAsBytes(BYTES, USUAL.bytes);
    verify(SECONDS, seconds, "a time such as 7200");
    verify(BYTES, bytes, "a size such as 100g");
    return new FileBudget(seconds, bytes);
  }

  private static void verify(String name, long given, String example) {
    if (given < 1) {
      throw new InvalidSettingException(
          "Invalid " + name + ": " + given + " is below 1; use " + example);
    }
  }

  /** Whether a file may be read whole. */
  boolean covers(FileEntry file) {
    return file.length() <= bytes;
  }

  /** Whether a split may be read at all. */
  boolean covers(Split split) {
    return split.offset() + split.bytes() <= bytes;
  }

  /**
   * @throws FileBudgetException if a split may not be read
   */
  void verify(Split split) throws FileBudgetException {
    if (!covers(split)) {
      throw new FileBudgetException(split.file(), "at most its first " + bytes + " bytes are read");
    }
  }

  /**
   * @param nanos the time, as {@link System#nanoTime}
   */
  Clock clock(LongSupplier nanos) {
    return new Clock(nanos);
  }

  /** Since when a reader of a task is at the file it is at; it comes to each once. */
  final class Clock {
    private final LongSupplier nanos;
    private FileEntry file;
    private long since;

    private Clock(LongSupplier nanos) {
      this.nanos = nanos;
    }

    /**
     * To be called before something of a file is read.
     *
     * @throws FileBudgetException if the task was at it for too long
     */
    void at(FileEntry wanted) throws FileBudgetException {
      if (!wanted.equals(file)) {
        file = wanted;
        since = nanos.getAsLong();
      } else if (nanos.getAsLong() - since > TimeUnit.SECONDS.toNanos(seconds)) {
        throw new FileBudgetException(wanted, "its " + seconds + " s are spent");
      }
    }
  }
}
