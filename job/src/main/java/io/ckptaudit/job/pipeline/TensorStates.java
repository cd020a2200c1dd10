package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.plan.HashedFile;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.udfs.state.TensorState;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/** From tasks to one merged state per tensor, and from those to one per group and dtype. */
final class TensorStates {

  /** Of a core, if there are tensors enough for them to differ much. */
  private static final int MOST_PARTITIONS_OF_CORE = 4;

  /** A partition costs some 20 ms beside them. */
  private static final int TENSORS_OF_PARTITION = 64;

  private TensorStates() {}

  /**
   * (tensor key, merged outcome) of every tensor of the tasks and of those that are read as it, and
   * (key, outcome) of every file that is read whole.
   */
  static JavaPairRDD<Long, byte[]> read(
      JavaSparkContext spark,
      List<ReadTask> tasks,
      CountSplits reading,
      Broadcast<AuditedModels> models) {
    int cores = spark.defaultParallelism();
    int partitions =
        Math.min(Math.max(1, tasks.size()), partitions(models.value().tensors(), cores));
    JavaPairRDD<Long, byte[]> read = TaskRdd.merged(spark.sc(), tasks, reading, partitions);
    return models.value().sharesTensors()
        ? read.flatMapToPair(outcome -> ofEachName(outcome, models.value()))
        : read;
  }

  /** As many for each core. */
  static int partitions(long tensors, int cores) {
    long ofCore = tensors / TENSORS_OF_PARTITION / cores;
    return cores * (int) Math.max(1, Math.min(MOST_PARTITIONS_OF_CORE, ofCore));
  }

  /** The outcome of a tensor, and the same of all that are read with it. */
  private static Iterator<Tuple2<Long, byte[]>> ofEachName(
      Tuple2<Long, byte[]> outcome, AuditedModels models) {
    List<Tuple2<Long, byte[]>> all = new ArrayList<>(List.of(outcome));
    if (HashedFile.isKey(outcome._1())) {
      return all.iterator();
    }
    for (TensorId other : models.readWith(TensorId.ofKey(outcome._1()))) {
      all.add(new Tuple2<>(other.toKey(), outcome._2()));
    }
    return all.iterator();
  }

  /** (group and dtype key, state bytes) of layers and models; places are forgotten. */
  static JavaPairRDD<String, byte[]> group(
      JavaPairRDD<Long, byte[]> tensors, Broadcast<AuditedModels> models) {
    return tensors
        .mapPartitionsToPair(new ToGroups(models))
        .reduceByKey((a, b) -> TensorState.fromBytes(a).merge(TensorState.fromBytes(b)).toBytes());
  }
}
