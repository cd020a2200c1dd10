package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.FileEntry;
import java.io.IOException;

/**
 * A file format that checkpoints come in. Implementations live in a package of their own and are
 * handed to {@link CheckpointFinder}; they are stateless and safe for use by several threads.
 */
public interface CheckpointReader {

  /** The name of the format, of small letters. */
  String format();

  /** Whether a file of this name is a shard of this format. */
  boolean isShard(String fileName);

  /** Whether a file of this name is an index over shards of this format. */
  boolean isIndex(String fileName);

  /**
   * Whether a file of this name lies beside weights without being part of them, such as the state
   * of an optimizer: it is read only when it is named itself.
   */
  default boolean isBeside(String fileName) {
    return false;
  }

  /**
   * Opens the checkpoint a source names. What is wrong with it is in {@link Checkpoint#problems()}.
   *
   * @throws IOException if the folder itself cannot be listed
   */
  Checkpoint open(CheckpointSource source) throws IOException;

  /** Whether this entry of a folder could be a checkpoint or a part of one, by its name. */
  default boolean claims(FileEntry file) {
    return !file.directory() && (isShard(file.name()) || isIndex(file.name()));
  }
}
