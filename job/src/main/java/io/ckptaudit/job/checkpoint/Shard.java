package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.FileEntry;
import java.io.Serializable;

/**
 * One file of a checkpoint.
 *
 * @param name relative to the checkpoint
 * @param file as listed; null when it is {@link ShardStatus#MISSING} or {@link ShardStatus#REFUSED}
 * @param error what is wrong, in one sentence; null when it is {@link ShardStatus#OK}
 */
public record Shard(String name, FileEntry file, ShardStatus status, String error)
    implements Serializable {

  /** Its length as listed; null when there is no file. */
  public Long bytes() {
    return file == null ? null : (Long) file.length();
  }

  /** What changes when the file does; null when there is no file. */
  public String changeToken() {
    return file == null ? null : file.changeToken();
  }
}
