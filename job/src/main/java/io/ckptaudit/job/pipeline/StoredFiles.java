package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.job.report.Table;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Holds the files of a checkpoint to those that a stored run has read. */
public final class StoredFiles {

  private StoredFiles() {}

  /**
   * @throws InvalidSettingException naming the first file that is not the one that was read
   */
  public static void requireSame(
      SparkSession spark, Storages storages, StoredRunName run, Checkpoint checkpoint)
      throws IOException {
    Map<String, String> stored = new HashMap<>();
    for (Row row :
        StoredSide.open(spark, storages, run)
            .rows(Table.FILES)
            .select("file", "change_token")
            .collectAsList()) {
      stored.put(row.getString(0), row.getString(1));
    }
    Map<String, String> found = new HashMap<>();
    for (Shard shard : checkpoint.shards()) {
      found.put(shard.name(), shard.changeToken());
    }
    Optional<String> other = firstOther(stored, found);
    if (other.isPresent()) {
      throw new InvalidSettingException(
          "Run '%s' exists and is of other files: %s of %s is not what it was when it was audited; choose another --run-id"
              .formatted(
                  run.run(),
                  Quoted.of(other.get()),
                  Quoted.of(Settings.withoutUserInfo(checkpoint.uri()))));
    }
  }

  private static Optional<String> firstOther(
      Map<String, String> stored, Map<String, String> found) {
    TreeSet<String> names = new TreeSet<>(stored.keySet());
    names.addAll(found.keySet());
    return names.stream()
        .filter(
            name ->
                !stored.containsKey(name)
                    || !found.containsKey(name)
                    || !Objects.equals(stored.get(name), found.get(name)))
        .findFirst();
  }
}
