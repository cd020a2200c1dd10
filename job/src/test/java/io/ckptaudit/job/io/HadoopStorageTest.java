package io.ckptaudit.job.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.junit.jupiter.api.Test;

/** The same contract through Hadoop, over the local file system without checksums. */
class HadoopStorageTest extends StorageContract {
  private final HadoopStorage storage = new HadoopStorage(configuration());

  static Configuration configuration() {
    Configuration configuration = new Configuration(false);
    configuration.set("fs.file.impl", RawLocalFileSystem.class.getName());
    configuration.set("fs.defaultFS", "file:///");
    return configuration;
  }

  @Override
  Storage storage() {
    return storage;
  }

  @Override
  String uri(Path path) {
    return "file:" + path;
  }

  @Test
  void bucketsAndRootsArePaths() throws IOException {
    assertThat(storage.parent("s3a://bucket")).isEqualTo("s3a://bucket/");
    assertThat(storage.parent("s3a://bucket/a b%20+ü/x:y")).isEqualTo("s3a://bucket/a b%20+ü");
    assertThat(storage.realUri("hdfs:")).isEqualTo("hdfs:/");
    assertThatThrownBy(() -> storage.stat("s3a://[/x"))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Cannot use the URI 's3a://[/x': ")
        .hasMessageEndingWith("; write scheme://authority/path");
  }
}
