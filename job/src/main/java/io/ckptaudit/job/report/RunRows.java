package io.ckptaudit.job.report;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Shard;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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

  public static List<Row> files(List<Checkpoint> checkpoints) {
    List<Row> rows = new ArrayList<>();
    for (Checkpoint checkpoint : checkpoints) {
      checkpoint.shards().forEach(shard -> rows.add(file(checkpoint, shard)));
    }
    return rows;
  }

  private static Row file(Checkpoint checkpoint, Shard shard) {
    return RowFactory.create(
        checkpoint.uri(),
        checkpoint.revision(),
        shard.name(),
        shard.bytes(),
        shard.changeToken(),
        null,
        shard.status().name().toLowerCase(Locale.ROOT),
        shard.error());
  }

  public static Row run(
      List<Checkpoint> checkpoints,
      Instant started,
      Instant finished,
      String version,
      Map<String, String> config,
      long bytesRead,
      String verdict) {
    return RowFactory.create(
        checkpoints.stream().map(Checkpoint::uri).collect(Collectors.joining(" ")),
        null,
        Timestamp.from(started),
        Timestamp.from(finished),
        version,
        ReportJson.line(config),
        bytesRead,
        checkpoints.stream().mapToLong(checkpoint -> checkpoint.tensors().size()).sum(),
        checkpoints.stream()
            .flatMap(checkpoint -> checkpoint.tensors().stream())
            .mapToLong(tensor -> tensor.elements())
            .sum(),
        verdict);
  }
}
