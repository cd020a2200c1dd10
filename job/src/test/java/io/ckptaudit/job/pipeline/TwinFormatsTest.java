package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.testing.SafetensorsBytes;
import io.ckptaudit.job.testing.TorchBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder with the same weights as safetensors and as a PyTorch file. */
class TwinFormatsTest {

  @TempDir Path folder;

  private List<Checkpoint> open(long[] shape, String... torchNames) throws IOException {
    SafetensorsBytes.file()
        .tensor("a", "F32", shape, TorchBytes.floats(4))
        .write(folder.resolve("model.safetensors"));
    byte[] pickle =
        TorchBytes.dict(
            p -> {
              for (String name : torchNames) {
                p.text(name).vector("FloatStorage", "0", 4);
              }
            });
    Files.write(
        folder.resolve("pytorch_model.bin"), TorchBytes.zip(pickle, TorchBytes.floats(4)).bytes());
    Files.write(folder.resolve("training_args.bin"), new byte[] {1});
    return Checkpoints.open(List.of(folder.toString()), Storages.local());
  }

  @Test
  void bothAreAuditedUnderNamesOfTheirOwn() throws IOException {
    List<Checkpoint> opened = open(new long[] {4}, "a", "tied.a");
    assertThat(opened).hasSize(2);
    assertThat(opened.get(0).uri()).isEqualTo(folder.toUri().toString().replaceAll("/$", ""));
    assertThat(opened.get(1).uri()).endsWith("/pytorch_model.bin");
    assertThat(opened).allMatch(checkpoint -> checkpoint.problems().isEmpty());
    assertThat(opened).allMatch(checkpoint -> checkpoint.shards().size() == 1);
  }

  @Test
  void whereTheyDifferTheyAreHeldAgainstEachOther() throws IOException {
    assertThat(open(new long[] {2, 2}, "a").get(1).problems())
        .extracting(Problem::message)
        .containsExactly(
            "Cannot tell which of two formats is meant: 1 tensors have other shapes, first 'a';"
                + " remove the files that are out of date");
    assertThat(open(new long[] {4}, "b").get(1).problems())
        .extracting(Problem::message)
        .containsExactly(
            "Cannot tell which of two formats is meant: 1 tensors of model.safetensors are not in"
                + " pytorch_model.bin, first 'a'; also 1 tensors of pytorch_model.bin are not in"
                + " model.safetensors, first 'b'; remove the files that are out of date");
  }
}
