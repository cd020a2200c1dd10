package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.LabelledThreads;
import java.lang.System.Logger.Level;

/**
 * Work beside that of the driver, which nobody needs: what goes wrong in it is kept, not thrown.
 */
final class Background {

  private static final System.Logger LOG = System.getLogger(Background.class.getName());

  private final Thread thread;
  private volatile Throwable failure;

  private Background(String name, Runnable work) {
    thread = LabelledThreads.thread(name, work);
    thread.setUncaughtExceptionHandler((of, thrown) -> failed(thrown));
  }

  static Background start(String name, Runnable work) {
    Background background = new Background(name, work);
    background.thread.start();
    return background;
  }

  private void failed(Throwable thrown) {
    failure = thrown;
    LOG.log(Level.DEBUG, thread.getName() + " has ended early", thrown);
  }

  /**
   * Returns when the work has ended, or if the caller is interrupted.
   *
   * @return why it ended early, null if it did not
   */
  Throwable await() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return failure;
  }
}
