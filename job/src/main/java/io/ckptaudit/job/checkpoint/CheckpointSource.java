package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.RangeReader;
import io.ckptaudit.job.io.ReadPolicy;
import io.ckptaudit.job.io.Storage;
import io.ckptaudit.job.io.TimeBudget;
import java.io.IOException;

/**
 * A checkpoint that was found and is yet to be opened.
 *
 * @param uri what the report calls it: a folder, or one file
 * @param folder the directory it is in
 * @param file the name of its index or of its only shard, in that folder; null for every shard in
 *     it
 * @param budget for each file of which the start is read
 */
public record CheckpointSource(
    Storage storage,
    CheckpointReader reader,
    String uri,
    String folder,
    String file,
    TimeBudget budget) {

  /** Opens a file of it for reading its start within the budget. */
  RangeReader open(FileEntry start, ReadPolicy policy) throws IOException {
    return budget.open(storage, start, policy);
  }

  public Checkpoint open() throws IOException {
    return reader.open(this);
  }
}
