package io.ckptaudit.job.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every storage does, over one local directory that each sees through its own URIs. */
abstract class StorageContract {
  private static final List<String> ODD_NAMES =
      List.of("a b", "a%20b", "a+b", "a%b", "ünïcode ☃", "#?&", "[x]{y}*", "plain", "😀", "ﬀ");

  @TempDir Path root;

  abstract Storage storage();

  /** A path as this storage writes it. */
  abstract String uri(Path path);

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private FileEntry file(String name, String content) throws IOException {
    return storage().stat(uri(Files.writeString(root.resolve(name), content)));
  }

  @Test
  void oddNamesAreListedInOrderAndOpenedExactly() throws IOException {
    for (String name : ODD_NAMES) {
      Files.writeString(root.resolve(name), name);
    }
    List<FileEntry> listed = storage().list(uri(root));
    assertThat(listed)
        .extracting(FileEntry::name)
        .containsExactly(
            "#?&", "[x]{y}*", "a b", "a%20b", "a%b", "a+b", "plain", "ünïcode ☃", "ﬀ", "😀");
    for (FileEntry entry : listed) {
      byte[] name = entry.name().getBytes(StandardCharsets.UTF_8);
      assertThat(entry.length()).isEqualTo(name.length);
      assertThat(storage().stat(entry.uri())).isEqualTo(entry);
      assertThat(storage().readAll(entry.uri(), 100)).isEqualTo(name);
      assertThat(storage().parent(entry.uri())).isEqualTo(storage().stat(uri(root)).uri());
    }
  }

  @Test
  void whatIsAbsentIsSaid() throws IOException {
    String absent = uri(root.resolve("absent"));
    assertThat(storage().exists(absent)).isFalse();
    assertThatThrownBy(() -> storage().stat(absent))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessageStartingWith(
            "Cannot find '" + absent + "': no such file or folder; check the spelling")
        .hasCauseInstanceOf(IOException.class);
    assertThatThrownBy(() -> storage().list(absent)).isInstanceOf(FileNotFoundException.class);
    FileEntry file = file("f", "x");
    assertThatThrownBy(() -> storage().list(file.uri()))
        .hasMessage(
            "Cannot list '%s': it is not a folder; give the folder it is in".formatted(file.uri()));
  }

  @Test
  void rangesAreReadIntoAnyBuffer() throws IOException {
    FileEntry file = file("f", "0123456789");
    for (ReadPolicy policy : ReadPolicy.values()) {
      try (RangeReader reader = storage().open(file, policy)) {
        assertThat(reader.length()).isEqualTo(10);
        for (ByteBuffer buffer :
            List.of(
                ByteBuffer.allocate(8),
                ByteBuffer.allocateDirect(8),
                ByteBuffer.allocate(9).slice(1, 8))) {
          buffer.position(2).limit(6);
          reader.readFully(5, buffer);
          assertThat(buffer.hasRemaining()).isFalse();
          byte[] found = new byte[4];
          buffer.get(2, found);
          assertThat(found).isEqualTo(ascii("5678"));
          reader.readFully(10, buffer);
        }
        assertThatThrownBy(() -> reader.readFully(8, ByteBuffer.allocate(3)))
            .isInstanceOf(EOFException.class)
            .hasMessage(
                "Cannot read bytes [8, 11) of %s: it ends at byte 10 and had 10 when it was listed; keep writers away and run the audit again"
                    .formatted(file.uri()));
      }
    }
  }

  @Test
  void longRangesAreReadWhole() throws IOException {
    byte[] content = new byte[5_000_003];
    new java.util.Random(1).nextBytes(content);
    Path path = Files.write(root.resolve("long"), content);
    try (RangeReader reader = storage().open(storage().stat(uri(path)), ReadPolicy.SEQUENTIAL)) {
      for (ByteBuffer buffer :
          List.of(
              ByteBuffer.allocate(content.length - 2),
              ByteBuffer.allocateDirect(content.length - 2))) {
        reader.readFully(1, buffer);
        assertThat(buffer.flip()).isEqualTo(ByteBuffer.wrap(content, 1, content.length - 2));
      }
    }
  }

  @Test
  void aFileThatChangedIsNotOpened() throws IOException {
    FileEntry listed = file("f", "before");
    Files.setLastModifiedTime(root.resolve("f"), FileTime.from(Instant.ofEpochSecond(1)));
    assertThatThrownBy(() -> storage().open(listed, ReadPolicy.RANDOM))
        .isInstanceOf(FileChangedException.class)
        .hasMessageStartingWith(
            "Cannot read " + listed.uri() + " as it was listed: its change token was ")
        .hasMessageEndingWith("; keep writers away and run the audit again");
  }

  @Test
  void directoriesAreNotOpened() throws IOException {
    FileEntry directory = storage().stat(uri(Files.createDirectory(root.resolve("d"))));
    assertThat(directory.directory()).isTrue();
    assertThat(directory.regular()).isFalse();
    assertThat(directory.length()).isZero();
    assertThatThrownBy(() -> storage().open(directory, ReadPolicy.RANDOM))
        .hasMessageStartingWith("Cannot open " + directory.uri() + ": it is not a ");
  }

  @Test
  void readAllRefusesWhatIsTooLong() throws IOException {
    FileEntry file = file("f", "12345");
    assertThat(storage().readAll(file.uri(), 5)).isEqualTo(ascii("12345"));
    assertThatThrownBy(() -> storage().readAll(file.uri(), 4))
        .hasMessage(
            "Cannot read %s whole: it has 5 bytes and at most 4 are expected; check that it is the right file"
                .formatted(file.uri()));
  }

  @Test
  void newFilesAreNeverReplacedUnlessAsked() throws IOException {
    String uri = uri(root.resolve("a/b/manifest.json"));
    storage().createNew(uri, ascii("one"));
    assertThatThrownBy(() -> storage().createNew(uri, ascii("two")))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("Cannot create it: something is there already; choose another name");
    assertThat(storage().readAll(uri, 10)).isEqualTo(ascii("one"));
    storage().replace(uri, ascii("three"));
    storage().replace(uri(root.resolve("c/latest.json")), ascii("four"));
    assertThat(Files.readString(root.resolve("a/b/manifest.json"))).isEqualTo("three");
    assertThat(Files.readString(root.resolve("c/latest.json"))).isEqualTo("four");
    assertThat(storage().list(uri(root.resolve("a/b")))).hasSize(1);
    storage().deleteRecursively(uri(root.resolve("a")));
    assertThat(storage().exists(uri(root.resolve("a")))).isFalse();
    storage().deleteRecursively(uri(root.resolve("a")));
  }

  @Test
  void anUpdateSeesWhatIsThereAndMayLeaveIt() throws IOException {
    String uri = uri(root.resolve("a/latest.json"));
    for (String next : List.of("one", "two")) {
      storage()
          .update(
              uri,
              10,
              now ->
                  now != null && new String(now, StandardCharsets.US_ASCII).equals(next)
                      ? null
                      : ascii(next));
      assertThat(storage().readAll(uri, 10)).isEqualTo(ascii(next));
    }
    storage()
        .update(
            uri,
            10,
            now -> {
              assertThat(now).isEqualTo(ascii("two"));
              return null;
            });
    assertThat(storage().readAll(uri, 10)).isEqualTo(ascii("two"));
    assertThatThrownBy(() -> storage().update(uri, 2, now -> ascii("three")))
        .hasMessageContaining("it has 3 bytes and at most 2 are expected");
  }

  @Test
  void aFileIsMovedToWhereNothingIs() throws IOException {
    FileEntry file = file("f", "12345");
    String to = uri(root.resolve("a/b/g"));
    assertThat(storage().movesByName(uri(root))).isTrue();
    storage().move(file.uri(), to);
    assertThat(storage().exists(file.uri())).isFalse();
    assertThat(storage().readAll(to, 5)).isEqualTo(ascii("12345"));
    FileEntry other = file("h", "x");
    assertThatThrownBy(() -> storage().move(other.uri(), to))
        .isInstanceOf(FileAlreadyExistsException.class)
        .hasMessageContaining("something is there already; choose another name");
    assertThat(storage().readAll(to, 5)).isEqualTo(ascii("12345"));
  }

  @Test
  void patterns() throws IOException {
    for (String name : List.of("m1/x.st", "m2/x.st", "m2/y.st", "m10/x.st", ".m3/x.st", "n/z")) {
      Path path = root.resolve(name);
      Files.createDirectories(path.getParent());
      Files.writeString(path, "");
    }
    assertThat(globbed("m?/x.st")).containsExactly("m1/x.st", "m2/x.st");
    assertThat(globbed("m*/x.st")).containsExactly("m1/x.st", "m10/x.st", "m2/x.st");
    assertThat(globbed("m*")).containsExactly("m1", "m10", "m2");
    assertThat(globbed("m*/")).containsExactly("m1", "m10", "m2");
    assertThat(globbed("{m1,n}/*")).containsExactly("m1/x.st", "n/z");
    assertThat(globbed("m[!1]/[xy].st")).containsExactly("m2/x.st", "m2/y.st");
    assertThat(globbed("*/z")).containsExactly("n/z");
    assertThat(globbed("nothing/*")).isEmpty();
    assertThat(globbed("q*")).isEmpty();
    assertThatThrownBy(() -> globbed("m[9-1]"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Cannot use the pattern 'm[9-1]'");
  }

  private List<String> globbed(String pattern) throws IOException {
    String base = storage().stat(uri(root)).uri() + "/";
    return storage().glob(uri(root) + "/" + pattern).stream()
        .map(e -> e.uri().substring(base.length()))
        .toList();
  }
}
