package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.HadoopSite;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Settings of Spark and Hadoop as a user gives them. */
public final class Settings {

  private static final String HADOOP = "spark.hadoop.";

  /** What Spark and Hadoop take for names of secrets, and names and values that look like them. */
  private static final Pattern SECRET =
      Pattern.compile(
          "(?i)secret|passw|token|credential|access[.-]?key|account[.]key|[.]key$|signature|\\bsas\\b");

  /**
   * A user before the @ of a URI, perhaps with a password; without one, not the container that
   * stands there in the URIs of Azure, which is part of the place.
   */
  private static final Pattern USER_INFO =
      Pattern.compile("(?i)(?:(?<!\\babfss?|\\bwasbs?)://[^/@\\s]+@|://[^/@\\s:]*:[^/@\\s]*@)");

  /** Ours for S3, where the user says nothing; conf/spark-defaults.conf has the reasons. */
  private static final Map<String, String> S3 =
      Map.of(
          "fs.s3a.input.stream.type", "classic",
          "fs.s3a.change.detection.version.required", "false",
          "fs.s3a.committer.abort.pending.uploads", "false");

  private Settings() {}

  /** Hadoop's settings among those of Spark: of the JVM (spark-submit) and of {@code --conf}. */
  public static Map<String, String> hadoop(Map<String, String> settings) {
    Map<String, String> hadoop = new TreeMap<>(HadoopSite.silentOn(S3));
    for (String name : System.getProperties().stringPropertyNames()) {
      putHadoop(hadoop, name, System.getProperty(name));
    }
    settings.forEach((name, value) -> putHadoop(hadoop, name, value));
    return hadoop;
  }

  private static void putHadoop(Map<String, String> hadoop, String name, String value) {
    if (name.startsWith(HADOOP)) {
      hadoop.put(name.substring(HADOOP.length()), value);
    }
  }

  /** The settings, sorted, with the values of secrets replaced. */
  public static Map<String, String> redacted(Map<String, String> settings) {
    Map<String, String> redacted = new TreeMap<>();
    settings.forEach(
        (name, value) ->
            redacted.put(name, isSecret(name) || isSecret(value) ? "(redacted)" : value));
    return redacted;
  }

  private static boolean isSecret(String text) {
    return SECRET.matcher(text).find();
  }

  /** A URI less the user and password it may carry. */
  public static String withoutUserInfo(String uri) {
    return USER_INFO.matcher(uri).replaceAll("://");
  }

  /** Our settings for S3 under the names that Spark has for Hadoop's. */
  static Map<String, String> sparkDefaults() {
    Map<String, String> defaults = new TreeMap<>();
    HadoopSite.silentOn(S3).forEach((name, value) -> defaults.put(HADOOP + name, value));
    return defaults;
  }
}
