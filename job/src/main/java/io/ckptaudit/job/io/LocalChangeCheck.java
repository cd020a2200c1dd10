package io.ckptaudit.job.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * Whether a local file is still the one that was listed. Asked after every tensor, so what was seen
 * when it last was is compared first, and names and tokens are made only where that differs.
 */
final class LocalChangeCheck implements UnchangedCheck {

  /** What the file is now, by its listing. */
  interface Lookup {
    FileEntry now() throws IOException;
  }

  private final Path path;
  private final Lookup lookup;

  /** Of the file when it was found to be the one listed; null if it was not yet. */
  private volatile BasicFileAttributes seen;

  LocalChangeCheck(Path path, Lookup lookup) {
    this.path = path;
    this.lookup = lookup;
  }

  @Override
  public void verify(FileEntry file) throws IOException {
    BasicFileAttributes attributes = attributes();
    if (attributes != null && isAsSeen(attributes)) {
      return;
    }
    FileEntry now = lookup.now();
    if (!now.regular()) {
      throw new IOException(
          "Cannot open %s: it is not a regular file but a folder, a FIFO, a device or a broken link; name a regular file"
              .formatted(file.uri()));
    }
    if (!now.changeToken().equals(file.changeToken())) {
      throw new FileChangedException(file, now.changeToken());
    }
    seen = attributes;
  }

  /** Null if it has none: the lookup meets the reason too, and says it. */
  private BasicFileAttributes attributes() {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class);
    } catch (IOException e) {
      return null;
    }
  }

  private boolean isAsSeen(BasicFileAttributes now) {
    BasicFileAttributes then = seen;
    return then != null
        && Objects.equals(now.fileKey(), then.fileKey())
        && now.size() == then.size()
        && now.lastModifiedTime().equals(then.lastModifiedTime());
  }
}
