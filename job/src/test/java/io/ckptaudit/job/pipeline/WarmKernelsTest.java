package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.udfs.arrow.ArrowMemory;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.Target;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WarmKernelsTest {

  private static final Set<Target> TARGETS = EnumSet.of(Target.F16, Target.F8_E4M3);

  @Test
  void everyDtypeOfWeightsIsGoneThroughToTheEnd() {
    try (WarmKernels kernels =
        new WarmKernels(List.of(DType.BF16, DType.F16, DType.F32, DType.F8_E4M3), TARGETS, 1)) {
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
