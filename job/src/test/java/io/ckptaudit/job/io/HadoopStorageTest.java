package io.ckptaudit.job.io;

import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.RawLocalFileSystem;

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
}
