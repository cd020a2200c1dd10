package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.udfs.arrow.ArrowMemory;
import io.ckptaudit.udfs.arrow.KernelConversions;
import org.apache.spark.api.java.JavaSparkContext;
import org.junit.jupiter.api.Test;

class WarmTasksTest {

  private final JavaSparkContext context =
      JavaSparkContext.fromSparkContext(LocalSpark.session().sparkContext());

  @Test
  void tasksThatReadNothingGoAllTheWay() {
    BytesRead bytesRead = BytesRead.create(context);
    CountSplits counting =
        new CountSplits(
            context.broadcast(Storages.local()),
            new ReadPlan(ReadChoice.BUFFERED, 1 << 20, 1),
            context.broadcast(new ScaleSplitCounters(new KernelConversions())),
            bytesRead,
            Integer.MAX_VALUE);

    assertThat(new WarmTasks(context, "run", counting).await()).isNull();
    assertThat(bytesRead.value()).isZero();
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }

  @Test
  void whatGoesWrongIsLeftToTheTasksThatRead() {
    assertThat(new WarmTasks(null, "run", null).await()).isNotNull();
  }
}
