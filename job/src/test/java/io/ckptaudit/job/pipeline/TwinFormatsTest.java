package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.testing.MetaModel;
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
    assertThat(opened).allSatisfy(checkpoint -> assertThat(others(checkpoint)).isEmpty());
    assertThat(opened).allMatch(checkpoint -> checkpoint.shards().size() == 1);
  }

  /** But for the note on what lies beside. */
  private static List<Problem> others(Checkpoint checkpoint) {
    return checkpoint.problems().stream().filter(p -> !p.rule().equals("IX_BESIDE")).toList();
  }

  /** Nobody should take a pickle for sound because the weights beside it are. */
  @Test
  void whatTrainingLeftIsNamed() throws IOException {
    assertThat(open(new long[] {4}, "a").get(0).problems())
        .extracting(Problem::rule, Problem::severity, Problem::message)
        .containsExactly(
            tuple(
                "IX_BESIDE",
                Severity.INFO,
                "Cannot vouch for the file beside the weights in training_args.bin: it is what"
                    + " training leaves, and is not read; audit it by its own name before you load"
                    + " it"));
  }

  @Test
  void whereTheyDifferTheyAreHeldAgainstEachOther() throws IOException {
    assertThat(others(open(new long[] {2, 2}, "a").get(1)))
        .extracting(Problem::message)
        .containsExactly(
            "Cannot tell which of two formats is meant: 1 tensors have other shapes, first 'a';"
                + " remove the files that are out of date");
    assertThat(others(open(new long[] {4}, "b").get(1)))
        .extracting(Problem::message)
        .containsExactly(
            "Cannot tell which of two formats is meant: 1 tensors of model.safetensors are not in"
                + " pytorch_model.bin, first 'a'; also 1 tensors of pytorch_model.bin are not in"
                + " model.safetensors, first 'b'; remove the files that are out of date");
  }

  @Test
  void metasNamesAreNotHeldAgainstOthers() throws IOException {
    MetaModel.ofRanks(2).write(folder);
    List<Checkpoint> opened = open(new long[] {4}, "a");
    assertThat(opened)
        .extracting(checkpoint -> checkpoint.uri().replaceAll(".*/", ""))
        .contains(folder.getFileName() + "#meta", "pytorch_model.bin");
    assertThat(opened).allSatisfy(checkpoint -> assertThat(others(checkpoint)).isEmpty());
    assertThat(opened)
        .extracting(checkpoint -> checkpoint.shards().size())
        .containsExactly(1, 2, 1);
  }
}
