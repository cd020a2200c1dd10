package io.ckptaudit.job.checkpoint.dcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.Shard;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.testing.CpuTime;
import io.ckptaudit.job.testing.DcpModel;
import io.ckptaudit.job.testing.InMemoryFile;
import io.ckptaudit.job.testing.MutantLoop;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Row H5: whatever files of slices are turned into, they end in findings and sound slices. */
class DcpMutantsTest {
  private static final int FILES = 4;

  @Test
  void fiveHundredMutants() throws Exception {
    CpuTime.within(10, () -> mutate(20261128, 500));
  }

  @Test
  @Tag("full")
  void manyMutants() throws Exception {
    CpuTime.within(120, () -> mutate(7, 20_000));
  }

  private static DcpModel model() {
    DcpModel model = new DcpModel().tensor("r", 8, 2).tensor("g", 2, 4, 6).tensor("c", 3, 8);
    for (int rank = 1; rank <= FILES; rank++) {
      model.slice(rank, "r", new long[] {2L * (rank - 1), 0}, new long[] {2, 2});
      model.slice(rank, "c", new long[] {0, 2L * (rank - 1)}, new long[] {3, 2});
      long[] begin = {0, (rank - 1) / 2 * 2L, (rank - 1) % 2 * 3L};
      model.slice(rank, "g", begin, new long[] {2, 2, 3});
    }
    return model;
  }

  private static int mutate(long seed, int count) throws IOException {
    DcpModel model = model();
    for (int i = 0; i < count; i++) {
      Random random = new Random(seed + i);
      byte[][] files = new byte[FILES][];
      int[] headers = new int[FILES];
      for (int file = 0; file < FILES; file++) {
        files[file] = model.bytes(1 + file);
        headers[file] = 8 + DcpModel.header(files[file]).length();
      }
      for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
        int file = random.nextInt(FILES);
        mutate(files[file], headers[file], random);
      }
      try {
        MutantLoop.within(() -> assertSound(files));
      } catch (Exception | AssertionError e) {
        throw new AssertionError("Mutant of seed " + (seed + i), e);
      }
    }
    return count;
  }

  /** Mostly digits of the header for others: shapes, offsets and ranges that do not fit. */
  private static void mutate(byte[] file, int length, Random random) {
    int at = random.nextInt(length);
    if (random.nextInt(3) > 0) {
      for (int i = 0; i < length && !(file[at] >= '0' && file[at] <= '9'); i++) {
        at = (at + 1) % length;
      }
      file[at] = (byte) ('0' + random.nextInt(10));
    } else {
      file[at] = (byte) random.nextInt(128);
    }
  }

  private static int assertSound(byte[][] files) throws IOException {
    SliceSet set = new SliceSet();
    List<Shard> shards = new ArrayList<>();
    List<ShardHeader> headers = new ArrayList<>();
    for (int i = 0; i < files.length; i++) {
      String name = DcpModel.file(1 + i);
      headers.add(set.header(new InMemoryFile(files[i]), name));
      shards.add(new Shard(name, null, headers.get(i).status(), null));
    }
    Problems problems = new Problems(null);
    for (TensorEntry tensor : set.tensors(shards, headers, null, problems)) {
      verify(tensor, files);
    }
    headers.forEach(header -> header.problems().forEach(problems::add));
    for (Problem problem : problems.all()) {
      assertThat(problem.message()).contains("; ");
      assertThat(Quoted.isPrintable(problem.message())).isTrue();
    }
    return files.length;
  }

  private static void verify(TensorEntry tensor, byte[][] files) {
    int bits = tensor.dtype().bits();
    for (int copy = 0; copy <= tensor.copies().size(); copy++) {
      long elements = 0;
      for (Slice slice : tensor.copy(copy)) {
        long of = slice.bytes() * 8 / bits;
        elements += of;
        assertThat(slice.offset()).isNotNegative();
        assertThat(slice.offset() + slice.bytes()).isLessThanOrEqualTo(files[slice.shard()].length);
        if (of > 0 && slice.placement() != null) {
          assertThat(slice.placement().indexOf(0)).isBetween(0L, tensor.elements() - 1);
          assertThat(slice.placement().indexOf(of - 1)).isBetween(0L, tensor.elements() - 1);
        }
      }
      assertThat(tensor.elements()).as(tensor.name()).isEqualTo(elements);
    }
    assertThat(tensor.shape().contains(0L) ? 0 : product(tensor)).isEqualTo(tensor.elements());
  }

  private static long product(TensorEntry tensor) {
    return tensor.shape().stream().reduce(1L, Math::multiplyExact);
  }
}
