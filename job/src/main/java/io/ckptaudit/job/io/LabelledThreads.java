package io.ckptaudit.job.io;

import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.MDC;

/**
 * Threads for a part of a run's work, whose log lines have the labels of those who made them, such
 * as the run's id. The JVM ends without waiting for them.
 */
public final class LabelledThreads {

  private LabelledThreads() {}

  /** So many threads with the labels of this one. */
  public static ExecutorService pool(int count, String name) {
    Map<String, String> labels = MDC.getCopyOfContextMap();
    return Executors.newFixedThreadPool(count, work -> labelled(name, work, labels));
  }

  /** A thread with the labels of this one, not started yet. */
  public static Thread thread(String name, Runnable work) {
    return labelled(name, work, MDC.getCopyOfContextMap());
  }

  private static Thread labelled(String name, Runnable work, Map<String, String> labels) {
    Runnable labelled =
        () -> {
          MDC.setContextMap(labels == null ? Map.of() : labels);
          work.run();
        };
    Thread thread = new Thread(labelled, name);
    thread.setDaemon(true);
    return thread;
  }
}
