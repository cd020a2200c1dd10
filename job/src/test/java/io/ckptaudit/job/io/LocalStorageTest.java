package io.ckptaudit.job.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class LocalStorageTest extends StorageContract {
  private final LocalStorage storage = new LocalStorage();

  @Override
  Storage storage() {
    return storage;
  }

  @Override
  String uri(Path path) {
    return path.toString();
  }

  @Test
  void everyWayToWriteAPathIsOneUri() throws IOException {
    Files.writeString(root.resolve("a b%ü"), "");
    String uri = "file://" + root + "/a%20b%25%C3%BC";
    assertThat(storage.stat(root + "/a b%ü").uri()).isEqualTo(uri);
    assertThat(storage.stat(root + "/./a b%ü").uri()).isEqualTo(uri);
    assertThat(storage.stat(uri).uri()).isEqualTo(uri);
    assertThat(storage.stat(uri.replace("file://", "file:")).uri()).isEqualTo(uri);
    assertThat(storage.stat("file://localhost" + root + "/a b%25ü").uri()).isEqualTo(uri);
    assertThat(storage.stat(root + "/").uri()).isEqualTo("file://" + root);
    assertThat(storage.stat("src").uri())
        .isEqualTo("file://" + Path.of("").toAbsolutePath() + "/src");
    assertThat(storage.stat("/").uri()).isEqualTo("file:///");
    assertThat(storage.parent("file:///")).isEqualTo("file:///");
  }

  @Test
  void namesThatAreNotUtf8AreStillOpened() throws Exception {
    String script = "printf x > \"$0\"/$(printf 'n\\377')";
    Process shell = new ProcessBuilder("sh", "-c", script, root.toString()).start();
    assertThat(shell.waitFor()).isZero();
    FileEntry entry = storage.list(uri(root)).get(0);
    assertThat(entry.uri()).endsWith("/n%FF");
    assertThat(storage.readAll(entry.uri(), 1)).containsExactly('x');
  }

  @Test
  void impossiblePathsAreRefused() {
    assertThatThrownBy(() -> storage.stat("a\0b"))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot use the path 'a␀b': it contains a NUL byte; give the path of a file or folder");
    assertThatThrownBy(() -> storage.stat("")).hasMessageContaining("it is empty");
    assertThatThrownBy(() -> storage.stat("file://host/x"))
        .hasMessage(
            "Cannot use the URI 'file://host/x': its host is 'host'; write file:///path, with three slashes");
  }

  @Test
  void aFifoIsListedAndNeverOpened() throws Exception {
    Path fifo = root.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).start().waitFor()).isZero();
    FileEntry entry = storage.stat(uri(fifo));
    assertThat(entry.regular()).isFalse();
    assertThat(entry.directory()).isFalse();
    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () ->
            assertThatThrownBy(() -> storage.open(entry, ReadPolicy.RANDOM))
                .hasMessage(
                    "Cannot open %s: it is not a regular file but a folder, a FIFO, a device or a broken link; name a regular file"
                        .formatted(entry.uri())));
  }

  @Test
  void linksAreFollowedAndBrokenOnesListed() throws IOException {
    Path target = Files.writeString(root.resolve("target"), "abc");
    Files.createSymbolicLink(root.resolve("link"), target);
    Files.createSymbolicLink(root.resolve("broken"), Path.of("nowhere"));
    Files.createSymbolicLink(root.resolve("loop"), Path.of("loop"));
    assertThat(storage.list(uri(root)))
        .extracting(FileEntry::name, FileEntry::regular, FileEntry::length)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("broken", false, 0L),
            org.assertj.core.groups.Tuple.tuple("link", true, 3L),
            org.assertj.core.groups.Tuple.tuple("loop", false, 0L),
            org.assertj.core.groups.Tuple.tuple("target", true, 3L));
    assertThat(storage.realUri(uri(root.resolve("link"))))
        .isEqualTo(storage.stat(uri(target)).uri());
    assertThatThrownBy(() -> storage.realUri(uri(root.resolve("broken"))))
        .isInstanceOf(FileSystemException.class);
    assertThatThrownBy(() -> storage.realUri(uri(root.resolve("loop"))))
        .isInstanceOf(FileSystemException.class);
    storage.deleteRecursively(uri(root.resolve("link")));
    assertThat(target).exists();
  }

  @Test
  void rangesAreMapped() throws IOException {
    Path path = Files.writeString(root.resolve("f"), "0123456789");
    try (RangeReader reader = storage.open(storage.stat(uri(path)), ReadPolicy.SEQUENTIAL)) {
      ByteBuffer mapped = reader.map(3, 4).orElseThrow();
      assertThat(mapped).isEqualTo(ByteBuffer.wrap(new byte[] {'3', '4', '5', '6'}));
      assertThatThrownBy(() -> reader.map(8, 3)).hasMessageContaining("bytes [10, 11)");
    }
  }

  @Test
  void aFileCutShortWhileOpenIsSaid() throws IOException {
    Path path = Files.writeString(root.resolve("f"), "0123456789");
    try (RangeReader reader = storage.open(storage.stat(uri(path)), ReadPolicy.SEQUENTIAL)) {
      Files.writeString(path, "0123");
      assertThatThrownBy(() -> reader.readFully(2, ByteBuffer.allocate(6)))
          .hasMessageContaining("it ends at byte 4 and had 10 when it was listed");
    }
  }

  @Test
  void aReplacementOfTheSameLengthAndTimeIsAChange() throws IOException {
    Path path = Files.writeString(root.resolve("f"), "one");
    FileEntry before = storage.stat(uri(path));
    Path other = Files.writeString(root.resolve("g"), "two");
    Files.setLastModifiedTime(other, Files.getLastModifiedTime(path));
    Files.move(other, path, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    assertThat(storage.stat(uri(path)).changeToken()).isNotEqualTo(before.changeToken());
  }
}
