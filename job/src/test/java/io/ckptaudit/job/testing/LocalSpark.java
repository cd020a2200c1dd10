package io.ckptaudit.job.testing;

import io.ckptaudit.job.pipeline.SparkSessions;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** One session per test JVM, of two cores, as the product itself starts it. */
public final class LocalSpark {

  private static SparkSession session;

  private LocalSpark() {}

  public static synchronized SparkSession session() {
    if (session == null || session.sparkContext().isStopped()) {
      session = SparkSessions.start("local[2]", Map.of("spark.sql.shuffle.partitions", "2"));
    }
    return session;
  }

  /** Makes room for a session that the program starts; the next who asks gets a new one. */
  public static synchronized void stop() {
    if (session != null) {
      session.stop();
      session = null;
    }
  }
}
