package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.job.container.HeldBytes;
import io.ckptaudit.job.testing.CpuTime;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.MutantLoop;
import io.ckptaudit.job.testing.Mutants;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Row H5 for PyTorch files. */
class TorchMutantsTest {

  @ParameterizedTest
  @ValueSource(strings = {"new-zip.pt", "protocol4.pt", "legacy.pth"})
  void fiveHundredMutants(String fixture) throws Exception {
    CpuTime.within(10, () -> mutate(fixture, 20261122, 500));
  }

  @ParameterizedTest
  @ValueSource(strings = {"new-zip.pt", "legacy.pth"})
  @Tag("full")
  void manyMutants(String fixture) throws Exception {
    CpuTime.within(120, () -> mutate(fixture, 7, 20_000));
  }

  private static int mutate(String fixture, long seed, int count) throws IOException {
    return MutantLoop.read(
        Files.readAllBytes(Fixtures.path("torch-shapes/" + fixture)),
        seed,
        count,
        Mutants::torch,
        mutant -> new TorchScan(new HeldBytes(mutant), "mutant.pt").header());
  }
}
