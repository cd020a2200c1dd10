package io.ckptaudit.udfs.arrow;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.AfterEach;

/** Every test of this room gives all its Arrow memory back. */
abstract class ArrowTest {

  /** Changes with every run unless -Dtests.seed is set; name it in each failure. */
  final long seed = Long.getLong("tests.seed", System.nanoTime());

  final Random random = new Random(seed);

  @AfterEach
  void givesAllMemoryBack() {
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }

  byte[] randomBytes(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }
}
