package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.Storage;
import java.io.IOException;

/**
 * A checkpoint that was found and is yet to be opened.
 *
 * @param uri what the report calls it: a folder, or one file
 * @param folder the directory it is in
 * @param file the name of its index or of its only shard, in that folder; null for every shard in
 *     it
 */
public record CheckpointSource(
    Storage storage, CheckpointReader reader, String uri, String folder, String file) {

  public Checkpoint open() throws IOException {
    return reader.open(this);
  }
}
