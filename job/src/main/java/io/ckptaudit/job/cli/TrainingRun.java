package io.ckptaudit.job.cli;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.Checkpoints;
import io.ckptaudit.job.pipeline.ScalesJob;
import io.ckptaudit.job.pipeline.ScalesRequest;
import io.ckptaudit.job.pipeline.SparkSessions;
import io.ckptaudit.job.pipeline.StoredRunName;
import io.ckptaudit.job.pipeline.UpdatesJob;
import io.ckptaudit.job.pipeline.UpdatesRequest;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.job.report.RunVerdict;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.sql.SparkSession;

/**
 * Runs of {@code scales} and {@code updates}. Apart from their commands, whose classes are looked
 * through for options at every start: methods that name Spark would load it.
 */
final class TrainingRun {

  private TrainingRun() {}

  static RunVerdict of(
      ScalesRequest request, Optional<StoredRunName> stored, Storages storages, String master)
      throws IOException {
    boolean local = Storages.isLocal(request.uri());
    Checkpoint opened =
        stored.isEmpty() && local ? open(request.uri(), storages, request.settings()) : null;
    try (SparkSession spark = start(master, request.settings())) {
      Storages onCluster = Storages.of(spark.sparkContext().hadoopConfiguration());
      if (stored.isPresent()) {
        return ScalesJob.run(spark, onCluster, request, stored.get());
      }
      Checkpoint checkpoint = local ? opened : open(request.uri(), onCluster, request.settings());
      return ScalesJob.run(
          spark, onCluster, request, checkpoint, ProgressDisplay.create(request.runId()));
    }
  }

  static RunVerdict of(UpdatesRequest request, Storages storages, String master)
      throws IOException {
    Map<String, String> settings = request.settings();
    boolean local = Storages.isLocal(request.before()) && Storages.isLocal(request.after());
    Checkpoint before = local ? open(request.before(), storages, settings) : null;
    Checkpoint after = local ? open(request.after(), storages, settings) : null;
    try (SparkSession spark = start(master, settings)) {
      Storages onCluster = Storages.of(spark.sparkContext().hadoopConfiguration());
      return UpdatesJob.run(
          spark,
          onCluster,
          request,
          local ? before : open(request.before(), onCluster, settings),
          local ? after : open(request.after(), onCluster, settings),
          ProgressDisplay.create(request.runId()));
    }
  }

  private static SparkSession start(String master, Map<String, String> settings) {
    SparkSession spark = SparkSessions.start(master, settings);
    StartedSession.mark();
    return spark;
  }

  private static Checkpoint open(String uri, Storages storages, Map<String, String> settings)
      throws IOException {
    List<Checkpoint> opened = Checkpoints.open(List.of(uri), storages, settings);
    if (opened.size() != 1) {
      throw new InvalidSettingException(
          "Cannot take '%s': it names %s checkpoints, and one is wanted; name one of them"
              .formatted(uri, opened.size()));
    }
    return opened.get(0);
  }
}
