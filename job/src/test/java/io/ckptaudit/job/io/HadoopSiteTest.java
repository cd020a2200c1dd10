package io.ckptaudit.job.io;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.pipeline.Settings;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whose settings hold: ours only where a user's core-site.xml says nothing. */
class HadoopSiteTest {

  private static final String STREAM = "fs.s3a.input.stream.type";
  private static final String REQUIRED = "fs.s3a.change.detection.version.required";

  private final ClassLoader before = Thread.currentThread().getContextClassLoader();

  @TempDir Path conf;

  @AfterEach
  void leave() {
    Thread.currentThread().setContextClassLoader(before);
  }

  private void coreSite(String name, String value) throws IOException {
    Files.writeString(
        conf.resolve("core-site.xml"),
        "<configuration><property><name>%s</name><value>%s</value></property></configuration>"
            .formatted(name, value));
    URL[] urls = {conf.toUri().toURL()};
    Thread.currentThread().setContextClassLoader(new URLClassLoader(urls, before));
  }

  @Test
  void withoutAFileAllOursHold() {
    assertThat(HadoopSite.silentOn(Map.of(STREAM, "classic"))).containsEntry(STREAM, "classic");
  }

  @Test
  void whatTheFileSaysIsTheUsers() throws IOException {
    coreSite(REQUIRED, "true");
    assertThat(HadoopSite.silentOn(Map.of(STREAM, "classic", REQUIRED, "false")))
        .isEqualTo(Map.of(STREAM, "classic"));
  }

  @Test
  void hadoopsOwnDefaultsAreNotTheUsers() throws IOException {
    coreSite("fs.defaultFS", "file:///");
    assertThat(HadoopSite.silentOn(Map.of(STREAM, "classic"))).containsKey(STREAM);
  }

  @Test
  void settingsOfTheCommandLineAreAboveTheFile() throws IOException {
    coreSite(REQUIRED, "true");
    assertThat(Settings.hadoop(Map.of())).doesNotContainKey(REQUIRED);
    assertThat(Settings.hadoop(Map.of("spark.hadoop." + REQUIRED, "false")))
        .containsEntry(REQUIRED, "false");
  }
}
