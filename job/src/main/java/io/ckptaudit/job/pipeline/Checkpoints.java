package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointFinder;
import io.ckptaudit.job.checkpoint.CheckpointReader;
import io.ckptaudit.job.checkpoint.CheckpointSource;
import io.ckptaudit.job.checkpoint.TwinFormats;
import io.ckptaudit.job.checkpoint.safetensors.SafetensorsReader;
import io.ckptaudit.job.checkpoint.torch.TorchReader;
import io.ckptaudit.job.io.Storages;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Opens what URIs name, in every format there is. */
public final class Checkpoints {

  private static final List<CheckpointReader> READERS =
      List.of(new SafetensorsReader(), new TorchReader());

  private Checkpoints() {}

  /**
   * @throws io.ckptaudit.job.checkpoint.NothingToAuditException if a URI names no checkpoint
   */
  public static List<Checkpoint> open(List<String> uris, Storages storages) throws IOException {
    List<Checkpoint> opened = new ArrayList<>();
    Map<String, Checkpoint> ofFolders = new HashMap<>();
    for (CheckpointSource source : new CheckpointFinder(storages, READERS).find(uris)) {
      Checkpoint checkpoint = source.open();
      Checkpoint twin =
          source.file() == null ? ofFolders.putIfAbsent(source.folder(), checkpoint) : null;
      opened.add(twin == null ? checkpoint : TwinFormats.compared(twin, checkpoint));
    }
    return opened;
  }
}
