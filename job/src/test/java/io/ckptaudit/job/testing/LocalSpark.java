package io.ckptaudit.job.testing;

import io.ckptaudit.job.pipeline.SparkSessions;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** One session per test JVM, of two cores, as the product itself starts it. */
public final class LocalSpark {

  private static final class Holder {
    static final SparkSession SESSION =
        SparkSessions.start("local[2]", Map.of("spark.sql.shuffle.partitions", "2"));
  }

  private LocalSpark() {}

  public static SparkSession session() {
    return Holder.SESSION;
  }
}
