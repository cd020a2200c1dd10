package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.udfs.arrow.ArrowMemory;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.Target;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WarmKernelsTest {

  private static final Set<Target> TARGETS = EnumSet.of(Target.F16, Target.F8_E4M3);

  @Test
  void everyDtypeOfWeightsIsGoneThroughToTheEnd() {
    try (WarmKernels kernels =
        new WarmKernels(
            Stream.of(DType.values()).filter(WarmKernels::isWarmed).toList(), TARGETS, 1)) {
      assertThat(kernels.await()).isNull();
    }
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }

  @Test
  void closingEndsItAndGivesItsMemoryBack() {
    new WarmKernels(List.of(DType.F32), TARGETS, 1000).close();
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }
}
