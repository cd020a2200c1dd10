package io.ckptaudit.job.io;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/** What a user says in the {@code core-site.xml} on the class path, or below HADOOP_CONF_DIR. */
public final class HadoopSite {

  private static final String FILE = "core-site.xml";

  private HadoopSite() {}

  /** Those of some settings that the file says nothing about. */
  public static Map<String, String> silentOn(Map<String, String> settings) {
    if (Thread.currentThread().getContextClassLoader().getResource(FILE) == null) {
      return settings;
    }
    Configuration site = new Configuration();
    Map<String, String> silent = new TreeMap<>(settings);
    silent.keySet().removeIf(name -> isGiven(site, name));
    return silent;
  }

  /** Hadoop's own defaults are in files of their own. */
  private static boolean isGiven(Configuration site, String name) {
    String[] sources = site.getPropertySources(name);
    return sources != null && Arrays.stream(sources).anyMatch(source -> source.endsWith(FILE));
  }
}
