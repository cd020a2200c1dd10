package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointFinder;
import io.ckptaudit.job.checkpoint.CheckpointReader;
import io.ckptaudit.job.checkpoint.CheckpointSource;
import io.ckptaudit.job.checkpoint.TwinFormats;
import io.ckptaudit.job.checkpoint.dcp.DcpReader;
import io.ckptaudit.job.checkpoint.meta.MetaReader;
import io.ckptaudit.job.checkpoint.safetensors.SafetensorsReader;
import io.ckptaudit.job.checkpoint.torch.TorchReader;
import io.ckptaudit.job.integrity.PromisedCheckpoint;
import io.ckptaudit.job.integrity.RepositoryPromises;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.io.TimeBudget;
import io.ckptaudit.job.plan.InvalidSettingException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Opens what URIs name, in every format there is. */
public final class Checkpoints {

  static final String HEADER_SECONDS = "spark.ckptaudit.header.seconds";

  private static final List<CheckpointReader> READERS =
      List.of(new SafetensorsReader(), new DcpReader(), new MetaReader(), new TorchReader());

  private Checkpoints() {}

  /** With the usual budget of time for headers. */
  public static List<Checkpoint> open(List<String> uris, Storages storages) throws IOException {
    return open(uris, storages, Map.of());
  }

  /**
   * @param settings of {@code --conf}
   * @throws io.ckptaudit.job.checkpoint.NothingToAuditException if a URI names no checkpoint
   */
  public static List<Checkpoint> open(
      List<String> uris, Storages storages, Map<String, String> settings) throws IOException {
    TimeBudget budget = TimeBudget.ofSeconds(seconds(settings));
    List<Checkpoint> opened = new ArrayList<>();
    Map<String, Checkpoint> ofFolders = new HashMap<>();
    for (CheckpointSource source : new CheckpointFinder(storages, READERS, budget).find(uris)) {
      Checkpoint checkpoint = source.open();
      // Meta's names are others, so there is nothing to hold them against.
      boolean mayBeTwin = source.file() == null && !(source.reader() instanceof MetaReader);
      Checkpoint twin = mayBeTwin ? ofFolders.putIfAbsent(source.folder(), checkpoint) : null;
      opened.add(twin == null ? checkpoint : TwinFormats.compared(twin, checkpoint));
    }
    return opened;
  }

  /** The same with what is wrong with the checksums that their repositories promise. */
  public static List<Checkpoint> withPromises(List<Checkpoint> checkpoints, Storages storages)
      throws IOException {
    return RepositoryPromises.of(checkpoints, storages).stream()
        .map(PromisedCheckpoint::checkpoint)
        .toList();
  }

  /** Of {@code --conf}, or of spark-submit, which makes its own a property of the JVM. */
  private static long seconds(Map<String, String> settings) {
    String given = settings.getOrDefault(HEADER_SECONDS, System.getProperty(HEADER_SECONDS));
    if (given == null) {
      return CheckpointFinder.DEFAULT_SECONDS;
    }
    if (!given.matches("[1-9][0-9]{0,5}")) {
      throw new InvalidSettingException(
          "Invalid %s: '%s' is not a number of seconds from 1 to 999999; use one such as 300"
              .formatted(HEADER_SECONDS, given));
    }
    return Long.parseLong(given);
  }
}
