package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.RangeReader;
import io.ckptaudit.job.io.ReadPolicy;
import java.io.IOException;
import java.util.Optional;

/** Small files in the folder of a checkpoint that say something of its shards. */
public final class FilesBeside {
  private final CheckpointSource source;
  private final CheckpointFolder folder;
  private final Problems problems;

  FilesBeside(CheckpointSource source, CheckpointFolder folder, Problems problems) {
    this.source = source;
    this.folder = folder;
    this.problems = problems;
  }

  /** Makes something of a file; what is wrong with its bytes is a problem. */
  @FunctionalInterface
  public interface Reading<T> {
    Optional<T> read(RangeReader file, String name, Problems problems) throws IOException;
  }

  /** Whether the folder itself has a file of this name. */
  public boolean has(String name) {
    return folder.entry(name).filter(FileEntry::regular).isPresent();
  }

  /** Empty if there is no such file, and with a problem if it cannot be read or must not be. */
  public <T> Optional<T> read(String name, Reading<T> reading) {
    return folder.entry(name).filter(FileEntry::regular).flatMap(file -> read(file, reading));
  }

  <T> Optional<T> read(FileEntry file, Reading<T> reading) {
    try {
      if (!folder.holds(file)) {
        problems.add(
            Problem.error(FormatRule.IX_PATH_ESCAPE, "Refused to open the file")
                .in(file.name())
                .because("it is a link that leads out of the checkpoint")
                .reference("opens it")
                .todo("put the file itself there"));
        return Optional.empty();
      }
      try (RangeReader reader = source.open(file, ReadPolicy.SEQUENTIAL)) {
        return reading.read(reader, file.name(), problems);
      }
    } catch (IOException e) {
      problems.add(ShardHeaders.unreadable(file.name(), e));
      return Optional.empty();
    }
  }
}
