package io.ckptaudit.job.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoragesTest {

  @ParameterizedTest
  @CsvSource({
    "models/llama, true",
    "/models/llama, true",
    "v1:llama/x, true",
    "file:/models, true",
    "file:///models, true",
    "s3a://bucket/key, false",
    "hdfs:/models, false",
    "viewfs://x/y, false"
  })
  void choosesByScheme(String uri, boolean local) {
    assertThat(Storages.isLocal(uri)).isEqualTo(local);
    assertThat(Storages.local().forUri(uri) instanceof LocalStorage).isEqualTo(local);
  }

  @Test
  void travelsWithItsConfiguration() throws Exception {
    Configuration configuration = new Configuration(false);
    configuration.set("fs.s3a.endpoint", "http://127.0.0.1:1");
    configuration.set("fs.s3a.secret.key", "hush");
    Storages storages = Storages.of(configuration);
    assertThat(storages.toString()).doesNotContain("hush");
    assertThat(copy(new HadoopConfiguration(configuration)).get().get("fs.s3a.endpoint"))
        .isEqualTo("http://127.0.0.1:1");
    assertThat(copy(storages).forUri("s3a://b/k")).isInstanceOf(HadoopStorage.class);
    assertThat(copy(Storages.of(Map.of("a", "b"))).forUri("s3a://b/k"))
        .isInstanceOf(HadoopStorage.class);
    assertThat(HadoopConfiguration.of(Map.of("a", "b")).get().get("a")).isEqualTo("b");
  }

  @SuppressWarnings("unchecked")
  private static <T> T copy(T value) throws IOException, ClassNotFoundException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(value);
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (T) in.readObject();
    }
  }

  /** A class of Hadoop costs start-up time, which commands on local files do not have. */
  @Test
  void localFilesNeedNoHadoop(@TempDir Path root) throws Exception {
    Files.writeString(root.resolve("f"), "x");
    String classes =
        Path.of(Storages.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString();
    String tests =
        Path.of(StoragesTest.class.getProtectionDomain().getCodeSource().getLocation().toURI())
            .toString();
    Process java =
        new ProcessBuilder(
                System.getProperty("java.home") + "/bin/java",
                "-cp",
                classes + File.pathSeparator + tests,
                LocalMain.class.getName(),
                root.toString())
            .redirectErrorStream(true)
            .start();
    String output = new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(java.waitFor()).as(output).isZero();
    assertThat(output.strip()).isEqualTo("[f] x");
  }

  /** Run with nothing but our own classes on the class path. */
  static final class LocalMain {
    private LocalMain() {}

    public static void main(String[] arguments) throws IOException {
      Storage storage = Storages.local().forUri(arguments[0]);
      String names = storage.list(arguments[0]).stream().map(FileEntry::name).toList().toString();
      String content = new String(storage.readAll(arguments[0] + "/f", 10), StandardCharsets.UTF_8);
      System.out.println(names + " " + content);
    }
  }
}
