package io.ckptaudit.job.sampledata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sample data in the repository is what the generator writes, byte for byte. */
class SampleDataTest {

  private static final Path COMMITTED =
      Path.of(System.getProperty("ckptaudit.root"), "sample-data");

  @TempDir private Path written;

  @Test
  void generatorWritesWhatIsCommitted() throws IOException {
    SampleData.write(written);

    assertThat(files(COMMITTED)).isEqualTo(files(written)).hasSize(4 * 5);
    for (Path file : files(written)) {
      assertThat(COMMITTED.resolve(file)).hasSameBinaryContentAs(written.resolve(file));
    }
  }

  /** Files of the four acts, relative to the folder; what lies beside them is not generated. */
  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(folder::relativize)
          .filter(file -> file.getNameCount() > 1)
          .sorted()
          .toList();
    }
  }
}
