package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.plan.InvalidSettingException;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;

/** Starts the session: under spark-submit with what it was given, else in local mode. */
public final class SparkSessions {

  private SparkSessions() {}

  /**
   * @param master null for spark-submit's, or else all cores of this machine
   * @param settings of {@code --conf}, on top of everything else
   */
  public static SparkSession start(String master, Map<String, String> settings) {
    SparkConf conf = new SparkConf();
    settings.forEach(conf::set);
    if (master != null) {
      conf.setMaster(master);
    }
    conf.setIfMissing("spark.master", "local[*]");
    conf.setIfMissing("spark.app.name", "ckpt-audit");
    Settings.sparkDefaults().forEach(conf::setIfMissing);
    if (conf.get("spark.master").startsWith("local")) {
      conf.setIfMissing("spark.ui.enabled", "false");
      conf.setIfMissing("spark.driver.host", "localhost");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
    }
    // Kryo cannot carry the records and unmodifiable lists of checkpoint entries.
    conf.set("spark.serializer", "org.apache.spark.serializer.JavaSerializer");
    try {
      return SparkSession.builder().config(conf).getOrCreate();
    } catch (Exception e) {
      throw new InvalidSettingException(
          "Cannot start Spark with master "
              + conf.get("spark.master")
              + ": "
              + e.getMessage()
              + "; check --master and --conf",
          e);
    }
  }
}
