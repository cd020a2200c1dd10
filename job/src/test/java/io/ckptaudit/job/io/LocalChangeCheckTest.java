package io.ckptaudit.job.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalChangeCheckTest {

  @TempDir Path folder;

  private Path path;
  private FileEntry listed;
  private int lookups;
  private LocalChangeCheck check;

  @BeforeEach
  void list() throws IOException {
    path = Files.writeString(folder.resolve("w.safetensors"), "weights");
    Files.setLastModifiedTime(path, FileTime.fromMillis(1_000_000));
    listed = stat();
    check =
        new LocalChangeCheck(
            path,
            () -> {
              lookups++;
              return stat();
            });
  }

  private FileEntry stat() throws IOException {
    return new LocalStorage().stat(path.toString());
  }

  @Test
  void aFileThatIsAsItWasSeenIsNotLookedUpAgain() {
    for (int i = 0; i < 3; i++) {
      assertThatCode(() -> check.verify(listed)).doesNotThrowAnyException();
    }

    assertThat(lookups).isEqualTo(1);
  }

  @Test
  void aFileThatChangedBeforeItWasSeenIsNotTheOneListed() throws IOException {
    Files.writeString(path, "changed");

    assertThatThrownBy(() -> check.verify(listed)).isInstanceOf(FileChangedException.class);
  }

  @Test
  void everyChangeAfterItWasSeenIsOne() throws IOException {
    check.verify(listed);
    FileTime then = Files.getLastModifiedTime(path);

    Files.writeString(path, "longer by far");
    Files.setLastModifiedTime(path, then);
    assertThatThrownBy(() -> check.verify(listed)).isInstanceOf(FileChangedException.class);

    Files.writeString(path, "WEIGHTS");
    assertThatThrownBy(() -> check.verify(listed)).isInstanceOf(FileChangedException.class);

    Path other = Files.writeString(folder.resolve("other"), "weights");
    Files.setLastModifiedTime(other, then);
    Files.move(other, path, StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> check.verify(listed)).isInstanceOf(FileChangedException.class);
  }

  @Test
  void aFileThatIsGoneSaysSo() throws IOException {
    check.verify(listed);
    Files.delete(path);

    assertThatThrownBy(() -> check.verify(listed))
        .isInstanceOf(FileNotFoundException.class)
        .hasMessage(
            "Cannot find '%s': no such file or folder; check the spelling and the working folder"
                .formatted(path));
  }

  @Test
  void aFolderInItsPlaceIsNoRegularFile() throws IOException {
    check.verify(listed);
    Files.delete(path);
    Files.createDirectory(path);

    assertThatThrownBy(() -> check.verify(listed))
        .isInstanceOf(IOException.class)
        .hasMessage(
            "Cannot open %s: it is not a regular file but a folder, a FIFO, a device or a broken link; name a regular file"
                .formatted(listed.uri()));
  }
}
