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
    SparkConf conf = conf(master, settings);
    conf.setIfMissing("spark.app.name", "ckpt-audit");
    Settings.sparkDefaults().forEach(conf::setIfMissing);
    if (isLocal(conf)) {
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

  /** Whether a session of the same arguments works in this process. */
  public static boolean isLocal(String master, Map<String, String> settings) {
    return isLocal(conf(master, settings));
  }

  /** A cluster in processes of this machine is a cluster. */
  private static boolean isLocal(SparkConf conf) {
    String master = conf.get("spark.master");
    return master.equals("local") || master.startsWith("local[");
  }

  private static SparkConf conf(String master, Map<String, String> settings) {
    SparkConf conf = new SparkConf();
    settings.forEach(conf::set);
    if (master != null) {
      conf.setMaster(master);
    }
    return conf.setIfMissing("spark.master", "local[*]");
  }
}
