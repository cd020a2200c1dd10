package io.ckptaudit.job.report;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.checkpoint.ShardStatus;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** Rows of the tables that are made on the driver: findings, files, runs. */
public final class RunRows {

  private RunRows() {}

  public static List<Row> findings(List<Checkpoint> checkpoints, List<Finding> findings) {
    return findings.stream()
        .map(finding -> finding(checkpoints.get(finding.checkpoint()), finding))
        .toList();
  }

  private static Row finding(Checkpoint checkpoint, Finding finding) {
    return finding(new CheckpointKey(checkpoint.uri(), checkpoint.revision()), finding);
  }

  /** Of one checkpoint. */
  public static List<Row> findings(String checkpoint, String revision, List<Finding> findings) {
    CheckpointKey key = new CheckpointKey(checkpoint, revision);
    return findings.stream().map(finding -> finding(key, finding)).toList();
  }

  /** Of a comparison: findings are of its right side. */
  public static List<Row> findings(ComparedSides sides, List<Finding> findings) {
    return findings(sides.right(), sides.rightRevision(), findings);
  }

  private static Row finding(CheckpointKey checkpoint, Finding finding) {
    return RowFactory.create(
        checkpoint.uri(),
        checkpoint.revision(),
        finding.rule(),
        finding.severity().name(),
        finding.file(),
        finding.tensor(),
        finding.byteOffset(),
        finding.message(),
        ReportJson.line(finding.evidence()),
        finding.action());
  }

  /**
   * @param unread names of shards of which something could not be read after all, by checkpoint
   * @param checksums by checkpoint and name of the shard; empty if nobody asked
   */
  public static List<Row> files(
      List<Checkpoint> checkpoints,
      Map<Integer, Set<String>> unread,
      List<Map<String, FileChecksum>> checksums) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < checkpoints.size(); i++) {
      Checkpoint checkpoint = checkpoints.get(i);
      Set<String> names = unread.getOrDefault(i, Set.of());
      for (Shard shard : checkpoint.shards()) {
        rows.add(
            file(
                checkpoint,
                names.contains(shard.name()) ? asUnread(shard) : shard,
                checksums.isEmpty() ? null : checksums.get(i).get(shard.name())));
      }
    }
    return rows;
  }

  private static Shard asUnread(Shard shard) {
    return new Shard(
        shard.name(),
        shard.file(),
        ShardStatus.UNREADABLE,
        "Tensors in it could not be read; see the table findings");
  }

  private static Row file(Checkpoint checkpoint, Shard shard, FileChecksum checksum) {
    return RowFactory.create(
        checkpoint.uri(),
        checkpoint.revision(),
        shard.name(),
        shard.bytes(),
        shard.changeToken(),
        checksum == null ? null : checksum.sha256(),
        checksum == null ? null : checksum.result().inTable(),
        shard.status().name().toLowerCase(Locale.ROOT),
        shard.error());
  }

  public static Row run(
      List<Checkpoint> checkpoints,
      Instant started,
      RunVerdict verdict,
      Map<String, String> config) {
    return run(
        checkpoints.stream().map(Checkpoint::uri).collect(Collectors.joining(" ")),
        started,
        verdict,
        config,
        checkpoints.stream().mapToLong(checkpoint -> checkpoint.tensors().size()).sum(),
        checkpoints.stream()
            .flatMap(checkpoint -> checkpoint.tensors().stream())
            .mapToLong(tensor -> tensor.elements())
            .sum());
  }

  /** The row of a comparison, which reads no weights. */
  public static Row comparison(
      ComparedSides sides,
      Instant started,
      RunVerdict verdict,
      Map<String, String> config,
      long tensors,
      long elements) {
    return run(sides.left() + " " + sides.right(), started, verdict, config, tensors, elements);
  }

  /**
   * @param checkpoints their URIs, separated by blanks
   */
  public static Row run(
      String checkpoints,
      Instant started,
      RunVerdict verdict,
      Map<String, String> config,
      long tensors,
      long elements) {
    return RowFactory.create(
        checkpoints,
        null,
        Timestamp.from(started),
        Timestamp.from(Instant.parse(verdict.finished())),
        verdict.version(),
        ReportJson.line(config),
        verdict.bytesRead(),
        tensors,
        elements,
        verdict.verdict());
  }
}
