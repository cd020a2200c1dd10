package io.ckptaudit.job.pipeline;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Settings of Spark and Hadoop as a user gives them. */
public final class Settings {

  private static final String HADOOP = "spark.hadoop.";

  /** Spark's own pattern of what must not be shown, and Hadoop's names for keys. */
  private static final Pattern SECRET =
      Pattern.compile("(?i)secret|password|passwd|token|access[.]?key|credential|[.]key$");

  private Settings() {}

  /** Hadoop's settings among those of Spark: of the JVM (spark-submit) and of {@code --conf}. */
  public static Map<String, String> hadoop(Map<String, String> settings) {
    Map<String, String> hadoop = new TreeMap<>();
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
        (name, value) -> redacted.put(name, SECRET.matcher(name).find() ? "(redacted)" : value));
    return redacted;
  }
}
