package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.plan.ReadTask;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.Aggregator;
import org.apache.spark.Dependency;
import org.apache.spark.HashPartitioner;
import org.apache.spark.Partition;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.rdd.RDD;
import org.apache.spark.rdd.ShuffledRDD;
import scala.Tuple2;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction1;
import scala.runtime.AbstractFunction2;

/**
 * What the tasks of a reading learn, a partition for each. The same as {@code parallelize}, {@code
 * mapPartitionsToPair} and {@code reduceByKey}, of classes instead of functions: a function that
 * travels is linked anew in every process, which is a tenth of the time of its first tasks.
 */
final class TaskRdd extends RDD<Tuple2<Long, byte[]>> {

  private static final long serialVersionUID = 1L;

  private final transient List<ReadTask> tasks;
  private final CountSplits reading;

  private TaskRdd(SparkContext context, List<ReadTask> tasks, CountSplits reading) {
    super(
        context, CollectionConverters.asScala(List.<Dependency<?>>of()).toSeq(), tag(Tuple2.class));
    this.tasks = tasks;
    this.reading = reading;
  }

  /**
   * (key, merged outcome) of all tasks.
   *
   * @param partitions of the outcomes
   */
  static JavaPairRDD<Long, byte[]> merged(
      SparkContext context, List<ReadTask> tasks, CountSplits reading, int partitions) {
    ClassTag<Long> keys = tag(Long.class);
    ClassTag<byte[]> outcomes = tag(byte[].class);
    ShuffledRDD<Long, byte[], byte[]> merged =
        new ShuffledRDD<>(
            new TaskRdd(context, tasks, reading),
            new HashPartitioner(partitions),
            keys,
            outcomes,
            outcomes);
    merged.setAggregator(new Aggregator<>(new First(), new Merge(), new Merge()));
    merged.setMapSideCombine(true);
    return JavaPairRDD.fromRDD(merged, keys, outcomes);
  }

  private static <T> ClassTag<T> tag(Class<?> of) {
    return ClassTag$.MODULE$.apply(of);
  }

  @Override
  public Partition[] getPartitions() {
    List<Partition> partitions = new ArrayList<>();
    for (ReadTask task : tasks) {
      partitions.add(new TaskPartition(partitions.size(), task));
    }
    return partitions.toArray(Partition[]::new);
  }

  @Override
  public scala.collection.Iterator<Tuple2<Long, byte[]>> compute(
      Partition partition, TaskContext running) {
    List<ReadTask> task = List.of(((TaskPartition) partition).task);
    return CollectionConverters.asScala(reading.call(task.iterator()));
  }

  private static final class TaskPartition implements Partition {

    private static final long serialVersionUID = 1L;

    private final int index;
    private final ReadTask task;

    TaskPartition(int index, ReadTask task) {
      this.index = index;
      this.task = task;
    }

    @Override
    public int index() {
      return index;
    }
  }

  private static final class First extends AbstractFunction1<byte[], byte[]>
      implements Serializable {

    private static final long serialVersionUID = 1L;

    @Override
    public byte[] apply(byte[] outcome) {
      return outcome;
    }
  }

  private static final class Merge extends AbstractFunction2<byte[], byte[], byte[]>
      implements Serializable {

    private static final long serialVersionUID = 1L;

    @Override
    public byte[] apply(byte[] a, byte[] b) {
      return SplitOutcome.merge(a, b);
    }
  }
}
