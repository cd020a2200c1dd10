package io.ckptaudit.job.checkpoint.dcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointReader;
import io.ckptaudit.job.checkpoint.CheckpointReaderContract;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.ShardStatus;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.checkpoint.safetensors.SafetensorsReader;
import io.ckptaudit.job.testing.DcpModel;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DcpReaderTest extends CheckpointReaderContract {

  private final List<String> stems = new ArrayList<>();

  @Override
  protected CheckpointReader reader() {
    return new DcpReader();
  }

  @Override
  protected byte[] shard(String... tensors) {
    DcpModel model = new DcpModel();
    for (String tensor : tensors) {
      model.tensor(tensor, 3).whole(1, tensor);
    }
    return model.bytes(1);
  }

  @Override
  protected String shardName(String stem) {
    if (!stems.contains(stem)) {
      stems.add(stem);
    }
    return DcpModel.file(1 + stems.indexOf(stem));
  }

  @Test
  void filesOfSlicesHaveAFormatOfTheirOwn() {
    for (String name :
        new String[] {DcpModel.file(1), "shard-00012-model-00002-of-00003.safetensors"}) {
      assertThat(reader().isShard(name)).as(name).isTrue();
      assertThat(new SafetensorsReader().isShard(name)).as(name).isFalse();
    }
    for (String name :
        new String[] {
          "shard-1-model-00001-of-00001.safetensors",
          "model-00001-of-00001.safetensors",
          "xshard-00001-model-00001-of-00001.safetensors",
          "shard-00001-model-00001-of-00001.safetensors.index.json"
        }) {
      assertThat(reader().isShard(name)).as(name).isFalse();
    }
  }

  private static DcpModel twoRows() {
    return new DcpModel()
        .tensor("w", 2, 3)
        .slice(1, "w", new long[] {0, 0}, new long[] {1, 3})
        .slice(2, "w", new long[] {1, 0}, new long[] {1, 3});
  }

  @Test
  void aSliceOfSeveralIsNoCheckpoint() throws IOException {
    twoRows().write(folder);
    Checkpoint opened = open(folder.resolve(DcpModel.file(1)));
    assertThat(opened.tensors()).isEmpty();
    assertThat(opened.shards().get(0).status()).isEqualTo(ShardStatus.UNSUPPORTED);
    assertThat(opened.problems())
        .extracting(Problem::message)
        .containsExactly(
            "Cannot audit the file in shard-00001-model-00001-of-00001.safetensors at byte 45: it is"
                + " a part of a distributed checkpoint (DCP), with slices of tensors; audit its"
                + " folder, with the files of all ranks");
  }

  @Test
  void theOnlyFileOfAFolderSpeaksForIt() throws IOException {
    byte[] second = twoRows().bytes(2);
    Checkpoint opened = open(write(DcpModel.file(2), second));
    assertThat(rules(opened)).containsExactlyInAnyOrder("SET_GAP", "IX_GAP");
    assertThat(opened.tensors()).extracting(TensorEntry::shape).containsExactly(List.of(3L));
  }

  @Test
  void aRankWithoutAFileHasNothingToSay() throws IOException {
    DcpModel model = twoRows();
    write(DcpModel.file(2), model.bytes(1));
    write(DcpModel.file(4), model.bytes(2));
    Checkpoint opened = open(folder);
    assertThat(opened.problems()).isEmpty();
    assertThat(opened.tensors()).extracting(TensorEntry::shape).containsExactly(List.of(2L, 3L));
  }

  @Test
  void aFileThatNoRankHasIsMissing() throws IOException {
    DcpModel model = twoRows();
    write("shard-00001-model-00001-of-00003.safetensors", model.bytes(1));
    write("shard-00002-model-00003-of-00003.safetensors", model.bytes(2));
    assertThat(open(folder).problems())
        .extracting(Problem::message)
        .containsExactly(
            "Cannot audit the whole set of shards 'shard-*-model-*.safetensors': of 3, 2 is"
                + " missing; download the missing files, or remove those of another upload");
  }
}
