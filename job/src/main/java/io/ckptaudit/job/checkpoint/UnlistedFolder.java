package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.Storage;
import io.ckptaudit.job.io.TimeBudget;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;

/**
 * A folder that a pattern matches and that cannot be listed: a checkpoint of which nothing is
 * known.
 */
final class UnlistedFolder implements CheckpointReader {

  private static final System.Logger LOG = System.getLogger(UnlistedFolder.class.getName());

  private final ReadFailure failure;

  private UnlistedFolder(ReadFailure failure) {
    this.failure = failure;
  }

  static CheckpointSource source(
      Storage storage, FileEntry folder, TimeBudget budget, IOException failure) {
    LOG.log(Level.WARNING, "Cannot list " + Quoted.whole(folder.uri()), failure);
    CheckpointReader reader = new UnlistedFolder(ReadFailure.of(failure));
    return new CheckpointSource(storage, reader, folder.uri(), folder.uri(), null, budget);
  }

  @Override
  public String format() {
    return "unlisted";
  }

  @Override
  public boolean isShard(String fileName) {
    return false;
  }

  @Override
  public boolean isIndex(String fileName) {
    return false;
  }

  @Override
  public Checkpoint open(CheckpointSource source) {
    Problem problem =
        Problem.error(failure.fault(), "Cannot list the folder")
            .because("%s", failure.reason())
            .todo(failure.fault().action());
    return new Checkpoint(
        source.uri(),
        null,
        null,
        null,
        List.of(),
        List.of(),
        List.of(problem),
        new Unaudited(List.of(), 0, true));
  }
}
