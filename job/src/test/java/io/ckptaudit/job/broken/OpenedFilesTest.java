package io.ckptaudit.job.broken;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointFinder;
import io.ckptaudit.job.checkpoint.CheckpointSource;
import io.ckptaudit.job.integrity.PromisedCheckpoint;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.io.TimeBudget;
import io.ckptaudit.job.testing.RecordingStorage;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is broken, no file outside is opened, and nothing is believed before it is read. */
class OpenedFilesTest {

  /**
   * Beside the size of the file: a buffer of bytes, one of characters, those of the parser,
   * classes.
   */
  private static final long FIXED = 8 << 20;

  /** Of the heap for each byte of a header, of tensors without a name to speak of. */
  private static final long PER_BYTE = 60;

  @TempDir static Path folder;

  @BeforeAll
  static void plantTheSecret() throws IOException {
    BrokenCase.sound()
        .write(Files.createDirectories(folder.resolve("secret")).resolve("secret.safetensors"));
  }

  static Collection<BrokenCase> cases() {
    return BrokenCase.all().values();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void nothingElseIsOpenedAndLittleTaken(BrokenCase one) throws IOException {
    Path root = folder.resolve("broken").resolve(one.name);
    one.writeBroken(root);
    RecordingStorage recording = new RecordingStorage(Storages.local().forUri(root.toString()));
    String uri = root.toUri().toString();
    Checkpoint checkpoint =
        new CheckpointSource(
                recording.storage(),
                one.reader(),
                uri,
                uri,
                null,
                TimeBudget.ofSeconds(CheckpointFinder.DEFAULT_SECONDS))
            .open();
    Stream<String> later =
        checkpoint.shards().stream()
            .filter(PromisedCheckpoint::isReadable)
            .map(shard -> shard.file().uri());
    assertThat(Stream.concat(recording.opened().stream(), later))
        .isNotEmpty()
        .allSatisfy(opened -> assertThat(real(opened)).startsWith(root.toRealPath()));
    long read = recording.bytesRead();
    assertThat(read).isLessThan(FIXED + 3 * smallFiles(root));
    assertThat(recording.mostAllocated()).isLessThan(FIXED + PER_BYTE * read);
  }

  private static Path real(String uri) throws IOException {
    return Path.of(uri.startsWith("file:") ? URI.create(uri).getPath() : uri).toRealPath();
  }

  /** The bytes of the files that are not vast: those of which more than the start may be read. */
  private static long smallFiles(Path root) throws IOException {
    try (Stream<Path> files = Files.list(root)) {
      long sum = 0;
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        sum += Files.size(file) > 100_000_000 ? 0 : Files.size(file);
      }
      return sum;
    }
  }
}
