package io.ckptaudit.job.checkpoint.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointFinder;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.checkpoint.ShardStatus;
import io.ckptaudit.job.checkpoint.Unaudited;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.testing.PickleBytes;
import io.ckptaudit.job.testing.TorchBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tensors of PyTorch files that have no figures are counted as missing, whatever the reason. */
class LeftOutTest {

  private static final String NAME = "pytorch_model.bin";

  private static final int ELEMENTS = 30_000;

  @TempDir Path folder;

  private Checkpoint open(Consumer<PickleBytes> entries) throws IOException {
    byte[] pickle =
        TorchBytes.dict(p -> entries.accept(p.text("good").vector("FloatStorage", "0", ELEMENTS)));
    byte[] storage = TorchBytes.floats(ELEMENTS);
    Files.write(folder.resolve(NAME), TorchBytes.zip(pickle, storage).bytes());
    return open();
  }

  private Checkpoint open() throws IOException {
    CheckpointFinder finder = new CheckpointFinder(Storages.local(), List.of(new TorchReader()));
    return finder.find(List.of(folder.toString())).iterator().next().open();
  }

  private static Unaudited missing(long tensors) {
    return new Unaudited(List.of(NAME), tensors, false);
  }

  @Test
  void kindsWithoutValues() throws IOException {
    Checkpoint checkpoint =
        open(
            p -> {
              p.text("q").global("torch._utils", "_rebuild_qtensor").op("(");
              p.storage("QInt8Storage", "0", 4 * ELEMENTS).op("tR");
              p.text("s").global("torch._utils", "_rebuild_sparse_tensor").op(")R");
            });
    assertThat(checkpoint.shards().get(0).status()).isEqualTo(ShardStatus.OK);
    assertThat(checkpoint.unaudited()).isEqualTo(missing(2));
  }

  @Test
  void elementsThatOverlapInTooManyWays() throws IOException {
    Checkpoint checkpoint =
        open(
            p -> {
              long[] size = {5000, 2, 5000};
              p.text("o").tensor("FloatStorage", "0", ELEMENTS, 0, size, new long[] {2, 1, 3});
            });
    assertThat(checkpoint.problems())
        .extracting(Problem::rule, Problem::severity)
        .containsExactly(tuple("PT_UNSUPPORTED", Severity.INFO));
    assertThat(checkpoint.unaudited()).isEqualTo(missing(1));
  }

  @Test
  void moreThanAreListedAsProblems() throws IOException {
    Checkpoint checkpoint =
        open(
            p -> {
              for (int i = 0; i < 150; i++) {
                p.text("far" + i)
                    .tensor("FloatStorage", "0", ELEMENTS, ELEMENTS, new long[] {1}, new long[1]);
              }
            });
    assertThat(checkpoint.problems()).hasSize(101);
    assertThat(checkpoint.unaudited()).isEqualTo(missing(150));
  }

  /** Of one that could not be looked at wholly nobody knows what else it has. */
  @Test
  void anObjectBeyondTheLimits() throws IOException {
    Checkpoint checkpoint = open(p -> p.text("deep").op("](".repeat(70) + "e".repeat(70)));
    assertThat(checkpoint.tensors()).hasSize(1);
    assertThat(checkpoint.unaudited()).isEqualTo(new Unaudited(List.of(NAME), 0, true));
  }

  /** Each file has as many bytes as one may, all of them one byte repeated. */
  @Test
  void moreBytesThanACheckpointMayHave() throws IOException {
    byte[] pickle =
        TorchBytes.dict(
            p -> p.text("!").tensor("ByteStorage", "0", 1, 0, new long[] {1L << 50}, new long[1]));
    for (int i = 0; i < 9; i++) {
      byte[] renamed = pickle.clone();
      renamed[new String(pickle, StandardCharsets.ISO_8859_1).indexOf('!')] += (byte) i;
      Files.write(
          folder.resolve("part-" + i + ".pt"), TorchBytes.zip(renamed, new byte[1]).bytes());
    }
    Checkpoint checkpoint = open();
    assertThat(checkpoint.tensors()).hasSize(8);
    assertThat(checkpoint.unaudited()).isEqualTo(new Unaudited(List.of("part-8.pt"), 1, false));
    assertThat(checkpoint.problems())
        .filteredOn(problem -> problem.rule().equals("IX_LIMIT"))
        .extracting(Problem::message)
        .containsExactly(
            "Cannot audit the tensors in part-8.pt: with their 1125899906842624 bytes the"
                + " checkpoint has more than 2^53; do not load the file; get it from a source you"
                + " trust");
  }
}
