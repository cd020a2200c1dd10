package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.FileEntry;
import java.io.Serializable;
import java.util.List;

/**
 * One file of a checkpoint.
 *
 * @param name relative to the checkpoint
 * @param file as listed; null when it is {@link ShardStatus#MISSING} or {@link ShardStatus#REFUSED}
 * @param error what is wrong, in one sentence; null when it is {@link ShardStatus#OK}
 * @param stored parts whose CRC-32 it records besides those of slices, in order of place
 */
public record Shard(
    String name, FileEntry file, ShardStatus status, String error, List<StoredRange> stored)
    implements Serializable {

  /** That records nothing of parts. */
  public Shard(String name, FileEntry file, ShardStatus status, String error) {
    this(name, file, status, error, List.of());
  }

  /** Its length as listed; null when there is no file. */
  public Long bytes() {
    return file == null ? null : (Long) file.length();
  }

  /** What changes when the file does; null when there is no file. */
  public String changeToken() {
    return file == null ? null : file.changeToken();
  }
}
