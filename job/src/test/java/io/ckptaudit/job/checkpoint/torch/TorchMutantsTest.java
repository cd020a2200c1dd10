package io.ckptaudit.job.checkpoint.torch;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.container.HeldBytes;
import io.ckptaudit.job.testing.CpuTime;
import io.ckptaudit.job.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Row H5: whatever a file is turned into, reading it ends in findings and in sound slices. */
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
    byte[] original = Files.readAllBytes(Fixtures.path("torch-shapes/" + fixture));
    for (int i = 0; i < count; i++) {
      byte[] mutant = mutant(original, new Random(seed + i));
      try {
        ShardHeader header = new TorchScan(new HeldBytes(mutant), "mutant.pt").header();
        assertSound(header, mutant.length);
      } catch (RuntimeException | AssertionError e) {
        throw new AssertionError("Mutant of seed " + (seed + i), e);
      }
    }
    return count;
  }

  /** Mostly in the pickle, which is in front in both kinds of files. */
  private static byte[] mutant(byte[] original, Random random) {
    byte[] bytes = original.clone();
    for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
      int at = random.nextInt(random.nextInt(4) == 0 ? bytes.length : Math.min(bytes.length, 900));
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = original[random.nextInt(Math.min(original.length, 900))];
        case 2 -> bytes[at] = (byte) random.nextInt();
        case 3 -> bytes = random.nextInt(4) == 0 ? Arrays.copyOf(bytes, at + 1) : bytes;
        default -> {
          int length = Math.min(random.nextInt(32), bytes.length - at);
          System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
        }
      }
    }
    return bytes;
  }

  private static void assertSound(ShardHeader header, long length) {
    for (TensorEntry tensor : header.tensors()) {
      assertThat(tensor.elements()).isNotNegative();
      for (Slice slice : tensor.slices()) {
        assertThat(slice.offset()).isNotNegative();
        assertThat(slice.offset() + slice.bytes()).isBetween(slice.offset(), length);
      }
    }
    assertThat(header.tensors()).extracting(TensorEntry::name).doesNotHaveDuplicates();
    assertThat(header.problems()).allSatisfy(p -> assertThat(p.message()).contains("; "));
  }
}
