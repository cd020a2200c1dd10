package io.ckptaudit.job.checkpoint.meta;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.RankFile;
import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.checkpoint.torch.TorchReader;
import io.ckptaudit.job.testing.CpuTime;
import io.ckptaudit.job.testing.InMemoryFile;
import io.ckptaudit.job.testing.MetaModel;
import io.ckptaudit.job.testing.MutantLoop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Row H5: whatever ranks and params.json are turned into, they end in findings and sound slices.
 */
class MetaMutantsTest {

  @Test
  void threeHundredMutants() throws Exception {
    CpuTime.within(10, () -> mutate(20261122, 300));
  }

  @Test
  @Tag("full")
  void manyMutants() throws Exception {
    CpuTime.within(120, () -> mutate(7, 20_000));
  }

  private static int mutate(long seed, int count) throws IOException {
    MetaModel model = MetaModel.ofRanks(2);
    byte[][] ranks = {model.rank(0).bytes(), model.rank(1).bytes()};
    byte[] params = model.params().getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < count; i++) {
      Random random = new Random(seed + i);
      byte[][] mutants = ranks.clone();
      mutants[i % 2] = mutant(ranks[i % 2], random, 2500);
      try {
        byte[] mutantParams = mutant(params, random, params.length);
        MutantLoop.within(() -> assertSound(mutants, mutantParams));
      } catch (Exception | AssertionError e) {
        throw new AssertionError("Mutant of seed " + (seed + i), e);
      }
    }
    return count;
  }

  /** Mostly in the first bytes, where the pickle is. */
  private static byte[] mutant(byte[] original, Random random, int start) {
    byte[] bytes = original.clone();
    for (int edits = random.nextInt(4); edits > 0; edits--) {
      int at = random.nextInt(Math.min(bytes.length, start));
      switch (random.nextInt(4)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) ('0' + random.nextInt(10));
        case 2 -> bytes[at] = (byte) random.nextInt();
        default -> bytes = random.nextInt(8) == 0 ? Arrays.copyOf(bytes, at + 1) : bytes;
      }
    }
    return bytes;
  }

  private static int assertSound(byte[][] files, byte[] paramsFile) throws IOException {
    Problems problems = new Problems(null);
    Params params =
        Params.read(new InMemoryFile(paramsFile), Params.NAME, problems).orElse(Params.NONE);
    SortedMap<Integer, Rank> ranks = new TreeMap<>();
    for (int i = 0; i < files.length; i++) {
      String name = RankFile.name(i);
      ShardHeader header = TorchReader.header(new InMemoryFile(files[i]), name);
      ranks.put(i, Rank.of(new Shard(name, null, header.status(), null), i, header));
    }
    Sizes sizes = Sizes.of(ranks.values(), params);
    int count = Math.max(2, sizes.ranks());
    for (TensorEntry tensor : new RankTensors(ranks, count, sizes.dim(), problems).whole()) {
      long elements = 0;
      for (Slice slice : tensor.slices()) {
        long of = slice.elementBytes() * 8 / tensor.dtype().bits();
        elements += of * (slice.arrangement() == null ? 1 : slice.arrangement().repeats());
        if (of > 0 && slice.placement() != null) {
          long last = slice.placement().indexOf(slice.placement().first() + of - 1);
          assertThat(last).isBetween(0L, tensor.elements() - 1);
        }
      }
      for (Slice slice : tensor.allSlices()) {
        assertThat(slice.offset() + slice.bytes())
            .isBetween(0L, (long) files[slice.shard()].length);
      }
      assertThat(tensor.elements()).as(tensor.name()).isEqualTo(elements);
      new ParamsCheck(params, problems).verify(java.util.List.of(tensor));
    }
    for (Problem problem : problems.all()) {
      assertThat(problem.message()).contains("; ");
      assertThat(Quoted.isPrintable(problem.message())).isTrue();
    }
    return ranks.size();
  }
}
