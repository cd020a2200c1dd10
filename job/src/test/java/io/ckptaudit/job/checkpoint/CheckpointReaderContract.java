package io.ckptaudit.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.io.Storages;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every format does with files and folders. */
public abstract class CheckpointReaderContract {

  @TempDir protected Path folder;

  /** The format. */
  protected abstract CheckpointReader reader();

  /** A file of BF16 tensors of three elements each. */
  protected abstract byte[] shard(String... tensors);

  /** A name of the format for a stem, in the order in which stems are asked for. */
  protected abstract String shardName(String stem);

  protected Path write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes);
  }

  protected Checkpoint open(Path path) throws IOException {
    return new CheckpointFinder(Storages.local(), List.of(reader()))
        .find(List.of(path.toString()))
        .iterator()
        .next()
        .open();
  }

  protected static List<String> rules(Checkpoint checkpoint) {
    return checkpoint.problems().stream()
        .filter(problem -> problem.severity() == Severity.ERROR)
        .map(Problem::rule)
        .toList();
  }

  @Test
  void oneFileIsACheckpoint() throws IOException {
    Checkpoint opened = open(write(shardName("one"), shard("b", "a")));
    assertThat(opened.problems()).isEmpty();
    assertThat(opened.tensors()).extracting(TensorEntry::name).containsExactly("a", "b");
    assertThat(opened.tensors())
        .allSatisfy(
            tensor -> {
              assertThat(tensor.elements()).isEqualTo(3);
              assertThat(tensor.bytes()).isEqualTo(6);
              Slice slice = tensor.slices().get(0);
              assertThat(slice.offset() + slice.bytes())
                  .isLessThanOrEqualTo(opened.shards().get(0).bytes());
            });
  }

  @Test
  void standInsAreNamed() throws IOException {
    write(shardName("empty"), new byte[0]);
    write(shardName("html"), "<html>not found".getBytes(StandardCharsets.UTF_8));
    String pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n";
    write(shardName("lfs"), pointer.getBytes(StandardCharsets.UTF_8));
    Checkpoint opened = open(folder);
    assertThat(opened.shards())
        .extracting(Shard::status)
        .containsExactly(
            ShardStatus.NOT_DOWNLOADED, ShardStatus.NOT_A_CHECKPOINT, ShardStatus.NOT_DOWNLOADED);
    assertThat(opened.tensors()).isEmpty();
  }

  @Test
  void oneDamagedShardCostsNoOther() throws IOException {
    byte[] whole = shard("a", "b");
    write(shardName("cut"), Arrays.copyOf(whole, whole.length / 2));
    write(shardName("whole"), shard("c"));
    Checkpoint opened = open(folder);
    assertThat(opened.shards())
        .extracting(Shard::status)
        .containsExactly(ShardStatus.DAMAGED, ShardStatus.OK);
    assertThat(opened.tensors()).extracting(TensorEntry::name).contains("c");
  }

  @Test
  void noiseIsAProblemAndNoException() throws IOException {
    Random random = new Random(20261122);
    for (int i = 0; i < 20; i++) {
      byte[] noise = new byte[random.nextInt(400)];
      random.nextBytes(noise);
      Checkpoint opened = open(write(shardName("noise"), noise));
      assertThat(rules(opened)).isNotEmpty();
      assertThat(opened.tensors()).isEmpty();
    }
  }

  @Test
  void openingTwiceSaysTheSame() throws IOException {
    write(shardName("one"), shard("a"));
    write(shardName("two"), new byte[0]);
    assertThat(open(folder)).isEqualTo(open(folder));
  }
}
