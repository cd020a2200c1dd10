package io.ckptaudit.job.cli;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.AuditJob;
import io.ckptaudit.job.pipeline.AuditRequest;
import io.ckptaudit.job.pipeline.Checkpoints;
import io.ckptaudit.job.pipeline.StoredFiles;
import io.ckptaudit.job.pipeline.StoredRunName;
import io.ckptaudit.job.pipeline.StoredRuns;
import io.ckptaudit.job.plan.InvalidSettingException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/**
 * A stored run, or a checkpoint that is to become one. Apart from its command, whose class is
 * looked through for options at every start: methods that name Spark would load it.
 *
 * @param stored null for a checkpoint
 * @param audit null for a stored run
 * @param settings of {@code --conf}; null for a stored run
 */
record ComparedSide(
    String uri, StoredRunName stored, AuditRequest audit, Map<String, String> settings) {

  /**
   * @throws InvalidSettingException if it is not one checkpoint
   */
  Checkpoint open(Storages storages) throws IOException {
    if (stored != null) {
      throw new InvalidSettingException(
          "Cannot compare the values of '%s': it is a stored run, and --values reads the weights; name the checkpoint itself"
              .formatted(uri));
    }
    List<Checkpoint> opened = Checkpoints.open(List.of(uri), storages, settings);
    if (opened.size() != 1) {
      throw new InvalidSettingException(
          "Cannot compare '%s': it names %s checkpoints, and a side is one; name one of them"
              .formatted(uri, opened.size()));
    }
    return opened.get(0);
  }

  /**
   * The stored run, audited into the report if it is not there yet: an earlier attempt at the same
   * comparison may have come that far.
   *
   * @param opened null if nobody opened it yet
   * @throws InvalidSettingException if that attempt audited other files
   */
  StoredRunName audited(SparkSession spark, Storages storages, Checkpoint opened)
      throws IOException {
    if (stored != null) {
      return stored;
    }
    Checkpoint checkpoint = opened == null ? open(storages) : opened;
    StoredRunName run = new StoredRunName(audit.report(), audit.runId(), null);
    if (StoredRuns.published(audit, storages).isPresent()) {
      StoredFiles.requireSame(spark, storages, run, checkpoint);
    } else {
      AuditJob.run(
          spark, storages, audit, List.of(checkpoint), ProgressDisplay.create(audit.runId()));
    }
    return run;
  }
}
