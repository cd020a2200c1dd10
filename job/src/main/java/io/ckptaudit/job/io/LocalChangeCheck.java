package io.ckptaudit.job.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * Whether one local file is still what it was when it was listed. Asked after every tensor: the
 * attributes it had when it was found unchanged are compared first, and its listing is made anew,
 * with its names and token, only where they differ.
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
    if (areSame(attributes, seen)) {
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
    // Those before are those of what was looked up only if it has them still.
    seen = areSame(attributes, attributes()) ? attributes : null;
  }

  /** Null if it has none: the lookup meets the reason too, and says it. */
  private BasicFileAttributes attributes() {
    try {
      return Files.readAttributes(path, BasicFileAttributes.class);
    } catch (IOException e) {
      return null;
    }
  }

  private static boolean areSame(BasicFileAttributes now, BasicFileAttributes then) {
    return now != null
        && then != null
        && Objects.equals(now.fileKey(), then.fileKey())
        && now.size() == then.size()
        && now.lastModifiedTime().equals(then.lastModifiedTime());
  }
}
