package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.udfs.arrow.ArrowMemory;
import io.ckptaudit.udfs.number.DType;
import java.util.EnumSet;
import org.junit.jupiter.api.Test;

class WarmKernelsTest {

  @Test
  void everyDtypeOfWeightsIsGoneThroughToTheEnd() {
    try (WarmKernels kernels =
        new WarmKernels(EnumSet.of(DType.BF16, DType.F16, DType.F32, DType.F8_E4M3))) {
      assertThat(kernels.await()).isNull();
    }
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }

  @Test
  void closingEndsItAndGivesItsMemoryBack() {
    new WarmKernels(EnumSet.of(DType.F32)).close();
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }
}
