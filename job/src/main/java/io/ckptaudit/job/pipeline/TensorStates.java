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

  /** Partitions of the outcomes for each core. */
  private static final int MOST_PARTITIONS_OF_CORE = 4;

  /** Tensors for each of them: a partition costs every stage some 20 ms of its own. */
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
    int cores = Math.max(1, spark.defaultParallelism());
    // Executors of a cluster may still be on their way.
    int most =
        spark.isLocal()
            ? partitions(models.value().tensors(), cores)
            : MOST_PARTITIONS_OF_CORE * cores;
    int partitions = Math.max(1, Math.min(tasks.size(), most));
    JavaPairRDD<Long, byte[]> read = TaskRdd.merged(spark.sc(), tasks, reading, partitions);
    return models.value().sharesTensors()
        ? read.flatMapToPair(outcome -> ofEachName(outcome, models.value()))
        : read;
  }

  /**
   * Partitions of the outcomes of so many tensors: as many for each core, one to four, and more
   * than one only of 64 tensors at least.
   */
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
