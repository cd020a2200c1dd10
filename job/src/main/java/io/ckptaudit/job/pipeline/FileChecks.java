package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.checkpoint.StoredChecksum;
import io.ckptaudit.job.checkpoint.StoredRange;
import io.ckptaudit.job.integrity.DigestKind;
import io.ckptaudit.job.integrity.PromisedCheckpoint;
import io.ckptaudit.job.plan.HashedFile;
import io.ckptaudit.job.report.ChecksumSummary;
import io.ckptaudit.job.report.FileChecksum;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The files of a run, held against what their repositories promise of them: nothing where nobody
 * asks for that.
 */
final class FileChecks implements Serializable {

  private static final long serialVersionUID = 1L;

  static final FileChecks NONE = new FileChecks(List.of());

  private final ArrayList<PromisedCheckpoint> promised;

  FileChecks(List<PromisedCheckpoint> promised) {
    this.promised = new ArrayList<>(promised);
  }

  /** The files to read whole. */
  List<HashedFile> files() {
    List<HashedFile> files = new ArrayList<>();
    for (int c = 0; c < promised.size(); c++) {
      List<Shard> shards = promised.get(c).checkpoint().shards();
      for (int s = 0; s < shards.size(); s++) {
        if (PromisedCheckpoint.isReadable(shards.get(s))) {
          files.add(new HashedFile(c, s, shards.get(s).file()));
        }
      }
    }
    return files;
  }

  /** What to digest a file by. */
  FileDigests newDigests(HashedFile file) {
    PromisedCheckpoint of = promised.get(file.checkpoint());
    return new FileDigests(
        of.kinds(file.shard()),
        file.file().length(),
        of.checkpoint().shards().get(file.shard()).stored());
  }

  /** What follows for each checkpoint, from the outcomes of its files by their keys. */
  List<Checked> check(Map<Long, byte[]> outcomes) {
    List<SortedMap<Integer, FileOutcome>> byShard = new ArrayList<>();
    promised.forEach(checkpoint -> byShard.add(new TreeMap<>()));
    outcomes.forEach(
        (key, bytes) ->
            byShard
                .get(HashedFile.checkpointOf(key))
                .put(HashedFile.shardOf(key), FileOutcome.ofBytes(bytes)));
    List<Checked> checked = new ArrayList<>();
    for (int c = 0; c < promised.size(); c++) {
      checked.add(Checked.of(promised.get(c), byShard.get(c)));
    }
    return checked;
  }

  /**
   * What was found of the files of a checkpoint.
   *
   * @param files by the name of the shard
   */
  record Checked(List<Problem> problems, Map<String, FileChecksum> files, ChecksumSummary summary) {

    static Checked of(PromisedCheckpoint promised, SortedMap<Integer, FileOutcome> outcomes) {
      Checkpoint checkpoint = promised.checkpoint();
      List<Problem> problems = new ArrayList<>();
      Map<String, FileChecksum> files = new HashMap<>();
      long bytes = 0;
      long nanos = 0;
      for (Map.Entry<Integer, FileOutcome> entry : outcomes.entrySet()) {
        int shard = entry.getKey();
        FileOutcome outcome = entry.getValue();
        Shard file = checkpoint.shards().get(shard);
        nanos += outcome.nanos();
        if (outcome.fault() != null) {
          problems.add(promised.unread(shard, outcome.fault()));
          files.put(file.name(), new FileChecksum(null, FileChecksum.Result.UNREADABLE));
          continue;
        }
        bytes += file.bytes();
        List<Problem> broken = promised.broken(shard, outcome.digests());
        problems.addAll(broken);
        problems.addAll(ofRanges(file, outcome));
        String sha256 = HexFormat.of().formatHex(outcome.digests().get(DigestKind.SHA256));
        files.put(file.name(), new FileChecksum(sha256, result(promised, shard, broken)));
      }
      return new Checked(problems, files, ChecksumSummary.of(files.values(), bytes, nanos / 1e9));
    }

    private static FileChecksum.Result result(
        PromisedCheckpoint promised, int shard, List<Problem> broken) {
      if (promised.promises().get(shard).isEmpty()) {
        return FileChecksum.Result.NOT_PROMISED;
      }
      return broken.isEmpty() ? FileChecksum.Result.AS_PROMISED : FileChecksum.Result.MISMATCH;
    }

    private static List<Problem> ofRanges(Shard file, FileOutcome outcome) {
      List<Problem> problems = new ArrayList<>();
      outcome
          .ranges()
          .forEach(
              (place, crc) -> {
                StoredRange range = file.stored().get(place);
                problems.add(StoredChecksum.mismatch(file.name(), range, crc));
              });
      return problems;
    }
  }
}
