package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.state.OpaqueBytes;
import io.ckptaudit.udfs.state.TensorState;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.PairFlatMapFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

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
        .flatMapToPair(new ToGroups(models))
        .reduceByKey((a, b) -> TensorState.fromBytes(a).merge(TensorState.fromBytes(b)).toBytes());
  }

  private static final class ToGroups
      implements PairFlatMapFunction<Tuple2<Long, byte[]>, String, byte[]> {

    private static final long serialVersionUID = 1L;

    /** Nothing known: keeps the row of a group of which nothing could be read. */
    private static final TensorState UNREAD = new OpaqueBytes(DType.U8, 0, null);

    private final Broadcast<AuditedModels> models;

    ToGroups(Broadcast<AuditedModels> models) {
      this.models = models;
    }

    @Override
    public Iterator<Tuple2<String, byte[]>> call(Tuple2<Long, byte[]> tensor) {
      boolean unread = SplitOutcome.isFault(tensor._2());
      TensorState state = unread ? UNREAD : SplitOutcome.state(tensor._2()).withoutPlace();
      String part = unread ? "unread" : state.dtype().name();
      byte[] bytes = state.toBytes();
      List<Tuple2<String, byte[]>> pairs = new ArrayList<>();
      for (GroupId group : models.value().groupsOf(TensorId.ofKey(tensor._1()))) {
        pairs.add(new Tuple2<>(group.toKey(part), bytes));
      }
      return pairs.iterator();
    }
  }
}
