package io.ckptaudit.job.checkpoint.safetensors;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.testing.CpuTime;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InMemoryFile;
import io.ckptaudit.job.testing.MutantLoop;
import io.ckptaudit.job.testing.Mutants;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Row H5 for safetensors files. */
class SafetensorsMutantsTest {
  @Test
  void aThousandMutants() throws Exception {
    CpuTime.within(5, () -> mutate(20261122, 1000));
  }

  @Test
  @Tag("full")
  void manyMutants() throws Exception {
    CpuTime.within(60, () -> mutate(7, 20_000));
  }

  private static int mutate(long seed, int count) throws IOException {
    return MutantLoop.read(
        Files.readAllBytes(Fixtures.path("all-dtypes/model.safetensors")),
        seed,
        count,
        Mutants::safetensors,
        mutant -> {
          ShardHeader header =
              new ShardScan(new InMemoryFile(mutant), "mutant.safetensors").header();
          assertApart(header);
          return header;
        });
  }

  /** No byte is of two tensors, or of the length of the header. */
  private static void assertApart(ShardHeader header) {
    List<Slice> slices =
        header.tensors().stream()
            .map(TensorEntry::slices)
            .flatMap(List::stream)
            .filter(s -> s.bytes() > 0)
            .sorted(Comparator.comparingLong(Slice::offset))
            .toList();
    long end = 8;
    for (Slice slice : slices) {
      assertThat(slice.offset()).isGreaterThanOrEqualTo(end);
      end = slice.offset() + slice.bytes();
    }
  }
}
