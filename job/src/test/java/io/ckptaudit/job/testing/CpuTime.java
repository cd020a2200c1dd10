package io.ckptaudit.job.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;

/** Holds code to a budget of processor time, which a busy machine does not stretch. */
public final class CpuTime {

  private CpuTime() {}

  /** The result of work that this thread did within so many seconds of its own. */
  public static <T> T within(int seconds, Callable<T> work) throws Exception {
    long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    T result = work.call();
    long spent = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
    assertThat(spent / 1e9).as("seconds of processor time").isLessThan(seconds);
    return result;
  }
}
