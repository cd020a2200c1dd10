package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.ReadFailure;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.number.DType;
import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.storage.StorageLevel;
import org.junit.jupiter.api.Test;

/** With tasks that open no file, since each is told that it is the last attempt. */
class TaskRddTest {

  private static final FileEntry FILE = new FileEntry("file:/w", "w", 1 << 20, false, true, "");
  private static final byte[] POISON = SplitOutcome.of(ReadFailure.of(ReadFault.POISON));

  private final JavaSparkContext context =
      JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());

  private JavaPairRDD<Long, byte[]> merged(List<ReadTask> tasks, int partitions) {
    CountSplits counting =
        new CountSplits(
            context.broadcast(Storages.local()),
            new ReadPlan(ReadChoice.BUFFERED, 1 << 20, 1),
            context.broadcast(new ScaleSplitCounters(new KernelConversions())),
            BytesRead.create(context),
            0);
    return TaskRdd.merged(context.sc(), tasks, counting, partitions);
  }

  private static ReadTask task(int... tensors) {
    ArrayList<Split> splits = new ArrayList<>();
    for (int tensor : tensors) {
      splits.add(new Split(new TensorId(0, tensor), DType.BF16, FILE, 48L * tensor, 48, 0, 0));
    }
    return new ReadTask(splits);
  }

  private static long key(int tensor) {
    return new TensorId(0, tensor).toKey();
  }

  @Test
  void aTensorInTwoTasksHasOneOutcome() {
    Map<Long, byte[]> outcomes = merged(List.of(task(1, 2), task(2, 3)), 2).collectAsMap();

    assertThat(outcomes).containsOnlyKeys(key(1), key(2), key(3));
    assertThat(outcomes.values()).allSatisfy(outcome -> assertThat(outcome).isEqualTo(POISON));
    assertThat(merged(List.of(task(1, 2), task(2, 3)), 2).count()).isEqualTo(3);
  }

  @Test
  void noTasksHaveNoOutcomes() {
    assertThat(merged(List.of(), 1).collect()).isEmpty();
    assertThat(merged(List.of(task()), 4).collect()).isEmpty();
  }

  @Test
  void whatIsLostIsComputedAgain() {
    JavaPairRDD<Long, byte[]> outcomes =
        merged(List.of(task(1), task(2)), 2).persist(StorageLevel.MEMORY_ONLY());
    assertThat(outcomes.count()).isEqualTo(2);
    outcomes.unpersist(true);

    assertThat(outcomes.collectAsMap()).containsOnlyKeys(key(1), key(2));
  }

  @Test
  void aTaskIsNotSentTheOthers() throws Exception {
    RDD<?> tasks =
        merged(Collections.nCopies(1000, task(1, 2)), 1).rdd().dependencies().head().rdd();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(tasks);
    }

    assertThat(tasks).isInstanceOf(TaskRdd.class);
    assertThat(bytes.size()).isLessThan(8_000);
  }
}
