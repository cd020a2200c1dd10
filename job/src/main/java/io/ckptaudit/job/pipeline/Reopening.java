package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.HashedFile;
import io.ckptaudit.job.plan.TensorId;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Checkpoints of which a file changed meanwhile, as they are now, and what is still known of them.
 */
final class Reopening {

  private static final System.Logger LOG = System.getLogger(Reopening.class.getName());

  private Reopening() {}

  /** Whether a header could not be read because its file was no longer the one listed. */
  static boolean isNeeded(Checkpoint checkpoint) {
    return checkpoint.problems().stream()
        .anyMatch(problem -> problem.of() == ReadFault.CHANGED_DURING_AUDIT);
  }

  /**
   * The checkpoints of a pass, in the same order; those with changed files listed and read anew.
   */
  static List<Checkpoint> of(
      ReadPass first, List<Checkpoint> opened, Storages storages, AuditRequest request) {
    List<Checkpoint> checkpoints = new ArrayList<>(opened);
    Set<Integer> changed = changed(first);
    if (changed.isEmpty()) {
      return checkpoints;
    }
    Map<String, Checkpoint> byUri = new HashMap<>();
    try {
      Checkpoints.open(request.uris(), storages, request.settings())
          .forEach(checkpoint -> byUri.put(checkpoint.uri(), checkpoint));
    } catch (IOException e) {
      LOG.log(Level.WARNING, "Cannot open checkpoints whose files changed again", e);
    }
    changed.forEach(
        index ->
            checkpoints.set(
                index, byUri.getOrDefault(checkpoints.get(index).uri(), checkpoints.get(index))));
    return checkpoints;
  }

  private static Set<Integer> changed(ReadPass first) {
    Set<Integer> changed = new TreeSet<>();
    for (int i = 0; i < first.checkpoints().size(); i++) {
      if (isNeeded(first.checkpoints().get(i))) {
        changed.add(i);
      }
    }
    first
        .faults()
        .forEach(
            (tensor, outcome) -> {
              if (SplitOutcome.failure(outcome).fault() == ReadFault.CHANGED_DURING_AUDIT) {
                changed.add(tensor.checkpoint());
              }
            });
    first
        .files()
        .forEach(
            (key, outcome) -> {
              if (FileOutcome.ofBytes(outcome).fault() == ReadFault.CHANGED_DURING_AUDIT) {
                changed.add(HashedFile.checkpointOf(key));
              }
            });
    return changed;
  }

  /** Keys of tensors whose outcome holds still, and their keys among the checkpoints of now. */
  static Map<Long, Long> kept(ReadPass first, List<Checkpoint> now) {
    Map<Long, Long> kept = new HashMap<>();
    for (int c = 0; c < now.size(); c++) {
      for (Map.Entry<Integer, Integer> same :
          same(first.checkpoints().get(c), now.get(c)).entrySet()) {
        TensorId before = new TensorId(c, same.getKey());
        byte[] fault = first.faults().get(before);
        if (fault == null || !SplitOutcome.isForSecondPass(fault)) {
          kept.put(before.toKey(), new TensorId(c, same.getValue()).toKey());
        }
      }
    }
    return kept;
  }

  /** Keys of files whose outcome holds still, and their keys among the files of now. */
  static Map<Long, Long> keptFiles(ReadPass first, FileChecks now) {
    Map<FileEntry, Long> keys = new HashMap<>();
    now.files().forEach(file -> keys.put(file.file(), file.toKey()));
    Map<Long, Long> kept = new HashMap<>();
    for (HashedFile file : first.checks().files()) {
      Long key = keys.get(file.file());
      byte[] outcome = first.files().get(file.toKey());
      if (key != null && outcome != null && !ReadPass.isFileForSecondPass(outcome)) {
        kept.put(file.toKey(), key);
      }
    }
    return kept;
  }

  /** The keys of now of tensors of a pass, as far as they are still there. */
  static Set<Long> keys(ReadPass first, List<Checkpoint> now, Set<TensorId> tensors) {
    Set<Long> keys = new HashSet<>();
    for (int c = 0; c < now.size(); c++) {
      int checkpoint = c;
      same(first.checkpoints().get(c), now.get(c))
          .forEach(
              (before, after) -> {
                if (tensors.contains(new TensorId(checkpoint, before))) {
                  keys.add(new TensorId(checkpoint, after).toKey());
                }
              });
    }
    return keys;
  }

  /** Tensors that are the same bytes of the same files, by their places in the two lists. */
  private static Map<Integer, Integer> same(Checkpoint before, Checkpoint now) {
    Map<Contents, Integer> places = new HashMap<>();
    for (int t = 0; t < now.tensors().size(); t++) {
      places.put(Contents.of(now, t), t);
    }
    Map<Integer, Integer> same = new HashMap<>();
    for (int t = 0; t < before.tensors().size(); t++) {
      Integer place = places.get(Contents.of(before, t));
      if (place != null) {
        same.put(t, place);
      }
    }
    return same;
  }

  /** A tensor and the files, as listed, that its slices are in. */
  private record Contents(TensorEntry tensor, List<FileEntry> files) {

    static Contents of(Checkpoint checkpoint, int place) {
      TensorEntry tensor = checkpoint.tensors().get(place);
      List<FileEntry> files = new ArrayList<>();
      List<Slice> slices = new ArrayList<>();
      for (Slice slice : tensor.allSlices()) {
        files.add(checkpoint.shards().get(slice.shard()).file());
        slices.add(slice.inShard(0));
      }
      return new Contents(
          new TensorEntry(
              tensor.name(),
              tensor.dtype(),
              tensor.shape(),
              tensor.elements(),
              tensor.bytes(),
              slices),
          files);
    }
  }
}
