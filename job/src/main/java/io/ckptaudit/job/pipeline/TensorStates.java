package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.udfs.state.TensorState;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;

/** From tasks to one merged state per tensor, and from those to one per group and dtype. */
final class TensorStates {

  private TensorStates() {}

  /** (tensor key, merged outcome); reads every split. */
  static JavaPairRDD<Long, byte[]> read(
      JavaSparkContext spark,
      List<ReadTask> tasks,
      Storages storages,
      ReadPlan plan,
      Broadcast<AuditedModels> models,
      LongAccumulator bytesRead) {
    int partitions = Math.max(1, tasks.size());
    return spark
        .parallelize(tasks, partitions)
        .mapPartitionsToPair(new CountSplits(spark.broadcast(storages), plan, models, bytesRead))
        .reduceByKey(
            SplitOutcome::merge, Math.max(1, Math.min(partitions, 4 * spark.defaultParallelism())));
  }

  /** (group and dtype key, state bytes) of layers and models; places are forgotten. */
  static JavaPairRDD<String, byte[]> group(
      JavaPairRDD<Long, byte[]> tensors, Broadcast<AuditedModels> models) {
    return tensors
        .mapPartitionsToPair(new ToGroups(models))
        .reduceByKey((a, b) -> TensorState.fromBytes(a).merge(TensorState.fromBytes(b)).toBytes());
  }
}
