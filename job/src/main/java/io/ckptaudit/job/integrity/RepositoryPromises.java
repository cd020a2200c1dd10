package io.ckptaudit.job.integrity;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointFolder;
import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.io.Storage;
import io.ckptaudit.job.io.Storages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Gathers what is promised of the shards of checkpoints: lists of checksums in their folders,
 * checksums and Git LFS pointers beside single files, and what the client of a hub noted. A promise
 * that cannot be read is a problem, and so is, as a note, a file without any.
 */
public final class RepositoryPromises {
  private RepositoryPromises() {}

  /**
   * @throws IOException if the folder of a checkpoint cannot be listed any more
   */
  public static List<PromisedCheckpoint> of(List<Checkpoint> checkpoints, Storages storages)
      throws IOException {
    List<PromisedCheckpoint> promised = new ArrayList<>();
    for (Checkpoint checkpoint : checkpoints) {
      promised.add(of(checkpoint, storages.forUri(checkpoint.uri())));
    }
    return promised;
  }

  private static PromisedCheckpoint of(Checkpoint checkpoint, Storage storage) throws IOException {
    List<Shard> shards =
        checkpoint.shards().stream().filter(PromisedCheckpoint::isReadable).toList();
    Promises promises = new Promises(storage, shards.stream().map(Shard::name).toList());
    if (!shards.isEmpty()) {
      CheckpointFolder folder = new CheckpointFolder(storage, folderOf(shards.get(0), storage));
      FolderPromises inFolder = new FolderPromises(folder, promises);
      inFolder.read();
      new HubPromises(storage, folder, promises).read(shards);
      boolean isFolder = !shards.get(0).file().uri().equals(checkpoint.uri());
      if (isFolder) {
        Set<String> known =
            checkpoint.shards().stream().map(Shard::name).collect(Collectors.toSet());
        inFolder.noteAbsent(known);
      }
      promises.noteUnpromised();
    }
    return new PromisedCheckpoint(
        checkpoint.with(promises.problems().all()),
        checkpoint.shards().stream().map(shard -> promises.of(shard.name())).toList());
  }

  /** The folder that names of shards are relative to. */
  private static String folderOf(Shard shard, Storage storage) throws IOException {
    String uri = storage.parent(shard.file().uri());
    for (int i = shard.name().indexOf('/'); i >= 0; i = shard.name().indexOf('/', i + 1)) {
      uri = storage.parent(uri);
    }
    return uri;
  }
}
