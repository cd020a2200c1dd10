package io.ckptaudit.job.cli;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.Settings;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Option;

/** {@code --conf}, of every command that reads or writes a store. */
final class SettingsOption {

  @Option(
      names = "--conf",
      paramLabel = "KEY=VALUE",
      description =
          "A setting of Spark, or of Hadoop (endpoints, credentials) as spark.hadoop.*; may be"
              + " repeated.")
  private Map<String, String> settings = new LinkedHashMap<>();

  Map<String, String> settings() {
    return settings;
  }

  /** Before there is a Spark, or without one. */
  Storages storages() {
    return Storages.of(Settings.hadoop(settings));
  }
}
