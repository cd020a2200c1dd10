package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TensorStatesTest {

  @ParameterizedTest
  @CsvSource({
    // tensors, cores, partitions
    "0,       2,   2",
    "127,     2,   2",
    "291,     2,   4",
    "723,     2,   8",
    "723,     64,  64",
    "100000,  64,  256",
    "4000000, 1,   4"
  })
  void outcomesOfFewTensorsHaveFewPartitions(long tensors, int cores, int partitions) {
    assertThat(TensorStates.partitions(tensors, cores)).isEqualTo(partitions);
  }
}
