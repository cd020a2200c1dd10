package io.ckptaudit.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.ckptaudit.job.checkpoint.safetensors.SafetensorsReader;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.testing.SafetensorsBytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rows I1 to I5, H1 and H3 of the test plan. */
class ShardedFolderTest {
  private static final String ONE = "model-00001-of-00002.safetensors";
  private static final String TWO = "model-00002-of-00002.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  @TempDir Path parent;
  private Path folder;

  @BeforeEach
  void createFolder() throws IOException {
    folder = Files.createDirectory(parent.resolve("ckpt"));
  }

  private Checkpoint open() throws IOException {
    CheckpointFinder finder =
        new CheckpointFinder(Storages.local(), List.of(new SafetensorsReader()));
    return finder.find(List.of(folder.toString())).iterator().next().open();
  }

  private void shard(String name, String... tensors) {
    SafetensorsBytes file = SafetensorsBytes.file();
    for (String tensor : tensors) {
      file.tensor(tensor, "F16", (short) 1, (short) 2);
    }
    file.write(folder.resolve(name));
  }

  private void index(long totalSize, String... tensorsAndFiles) throws IOException {
    StringBuilder map = new StringBuilder();
    for (int i = 0; i < tensorsAndFiles.length; i += 2) {
      map.append(i == 0 ? "" : ",")
          .append("\"%s\":\"%s\"".formatted(tensorsAndFiles[i], tensorsAndFiles[i + 1]));
    }
    rawIndex("{\"metadata\":{\"total_size\":%s},\"weight_map\":{%s}}".formatted(totalSize, map));
  }

  private void rawIndex(String json) throws IOException {
    Files.writeString(folder.resolve(INDEX), json);
  }

  private static Problem only(Checkpoint checkpoint) {
    assertThat(checkpoint.problems()).hasSize(1);
    return checkpoint.problems().get(0);
  }

  private static Shard shardOf(Checkpoint checkpoint, String name) {
    return checkpoint.shards().stream()
        .filter(s -> s.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "../secret.safetensors | it has an empty, '.' or '..' part",
        "a/../../secret.safetensors | it has an empty, '.' or '..' part",
        "/etc/passwd | it is absolute",
        "s3a://other/x.safetensors | it is absolute",
        "file:secret.safetensors | it is absolute",
        "..%2fsecret.safetensors | it has an encoded slash or dot",
        "..\\\\secret.safetensors | it has a backslash or NUL",
      })
  void i1_indexNamesAPathOutside(String name, String why) throws IOException {
    SafetensorsBytes.file().write(parent.resolve("secret.safetensors"));
    shard(ONE, "a");
    index(4, "a", ONE, "b", name);
    Checkpoint checkpoint = open();
    Problem problem =
        checkpoint.problems().stream()
            .filter(p -> p.rule().equals("IX_PATH_ESCAPE"))
            .findFirst()
            .orElseThrow();
    assertThat(problem.message())
        .isEqualTo(
            "Refused to open the shard '%s' in %s at byte 86: %s; do not use this checkpoint; get the index from its source"
                .formatted(name, INDEX, why));
    assertThat(checkpoint.shards())
        .anyMatch(s -> s.status() == ShardStatus.REFUSED && s.file() == null);
    assertThat(checkpoint.tensors()).extracting(TensorEntry::name).containsExactly("a");
  }

  @Test
  void i1_linkOutside() throws IOException {
    SafetensorsBytes.file().tensor("s", "F16", (short) 1).write(parent.resolve("secret.bin"));
    Files.createSymbolicLink(folder.resolve("m.safetensors"), parent.resolve("secret.bin"));
    index(0, "s", "m.safetensors");
    Checkpoint indexed = open();
    assertThat(only(indexed).rule()).isEqualTo("IX_PATH_ESCAPE");
    assertThat(only(indexed).message()).contains("it is a link that leads out of the checkpoint");
    assertThat(indexed.tensors()).isEmpty();

    Files.delete(folder.resolve(INDEX));
    Checkpoint listed = open();
    assertThat(only(listed).rule()).isEqualTo("IO_SYMLINK");
    assertThat(only(listed).isIncomplete()).isTrue();
    assertThat(listed.shards().get(0).status()).isEqualTo(ShardStatus.REFUSED);
  }

  @Test
  void i1_configOutsideIsNotRead() throws IOException {
    shard("model.safetensors", "a");
    Path config = Files.writeString(parent.resolve("secret.json"), "{\"dtype\":\"float16\"}");
    Files.createSymbolicLink(folder.resolve("config.json"), config);
    Checkpoint checkpoint = open();
    assertThat(checkpoint.declaredDtype()).isNull();
    assertThat(only(checkpoint).message())
        .isEqualTo(
            "Refused to open the file in config.json: it is a link that leads out of the checkpoint; put the file itself there");
  }

  @Test
  void linksInsideAndIntoAHuggingFaceCacheAreFollowed() throws IOException {
    String commit = "0123456789abcdef0123456789abcdef01234567";
    Path repo = Files.createDirectories(parent.resolve("hub/models--org--name"));
    Path blobs = Files.createDirectory(repo.resolve("blobs"));
    SafetensorsBytes.file().tensor("a", "F16", (short) 1).write(blobs.resolve("aa11"));
    folder = Files.createDirectories(repo.resolve("snapshots/" + commit));
    Files.createSymbolicLink(folder.resolve("model.safetensors"), Path.of("../../blobs/aa11"));
    Checkpoint checkpoint = open();
    assertThat(checkpoint.problems()).isEmpty();
    assertThat(checkpoint.revision()).isEqualTo(commit);
    assertThat(checkpoint.tensors()).hasSize(1);
    assertThat(checkpoint.shards().get(0).file().length()).isPositive();

    Files.delete(folder.resolve("model.safetensors"));
    Path xet = Files.createDirectories(parent.resolve("hub/blobs/aa"));
    Files.move(blobs.resolve("aa11"), xet.resolve("aa11"));
    Files.createSymbolicLink(blobs.resolve("aa11"), Path.of("../../blobs/aa/aa11"));
    Files.createSymbolicLink(folder.resolve("model.safetensors"), Path.of("../../blobs/aa11"));
    assertThat(open().problems()).isEmpty();
  }

  @Test
  void i2_shardMissingEmptyOrAPointer() throws IOException {
    shard(ONE, "a");
    index(8, "a", ONE, "b", TWO);
    Problem missing = open().problems().get(0);
    assertThat(missing.rule()).isEqualTo("IX_MISSING_SHARD");
    assertThat(missing.message())
        .isEqualTo(
            "Cannot audit the shard '%s' in %s at byte 86: the index names it and the folder does not have it; download it from its source"
                .formatted(TWO, INDEX));
    assertThat(shardOf(open(), TWO).status()).isEqualTo(ShardStatus.MISSING);
    assertThat(open().tensors()).hasSize(1);

    Files.write(folder.resolve(TWO), new byte[0]);
    assertThat(open().problems())
        .extracting(Problem::rule)
        .containsExactly("NOT_DOWNLOADED", "ST_HEADER_SHORT");
    Files.writeString(
        folder.resolve(TWO),
        "version https://git-lfs.github.com/spec/v1\noid sha256:77aa\nsize 12\n");
    assertThat(only(open()).message()).contains("a Git LFS pointer for sha256:77aa of 12 bytes");
    assertThat(shardOf(open(), TWO).status()).isEqualTo(ShardStatus.NOT_DOWNLOADED);
    assertThat(shardOf(open(), TWO).error()).isEqualTo(only(open()).message());
  }

  @Test
  void i3_orphansAndGaps() throws IOException {
    shard(ONE, "a");
    shard(TWO, "b");
    shard("extra.safetensors", "c");
    index(8, "a", ONE, "b", TWO);
    Checkpoint orphan = open();
    assertThat(only(orphan).message())
        .isEqualTo(
            "Cannot tell what the shard belongs to in extra.safetensors: the index does not name it; remove it, or download the index that names it");
    assertThat(only(orphan).rule()).isEqualTo("IX_ORPHAN");
    assertThat(orphan.tensors()).extracting(TensorEntry::name).containsExactly("a", "b", "c");

    Files.delete(folder.resolve(INDEX));
    Files.delete(folder.resolve(ONE));
    assertThat(only(open()).rule()).isEqualTo("IX_GAP");
    assertThat(only(open()).message())
        .contains("'model-*.safetensors'")
        .contains("of 2, 1 is missing");
    shard("model-00007-of-00003.safetensors", "d");
    assertThat(open().problems())
        .extracting(Problem::message)
        .anyMatch(m -> m.contains("their names disagree on how many there are: [2, 3]"))
        .anyMatch(m -> m.contains("of 3, 1, 2, 3 are missing"))
        .anyMatch(m -> m.contains("of 3, 7 is beyond the last"));
  }

  @Test
  void i4_indexAndShardsDisagree() throws IOException {
    shard(ONE, "a", "both", "extra");
    shard(TWO, "b", "both", "moved");
    index(20, "a", ONE, "b", TWO, "both", TWO, "moved", ONE, "gone", TWO);
    Checkpoint checkpoint = open();
    assertThat(checkpoint.problems()).extracting(Problem::rule).containsOnly("IX_MISMATCH");
    assertThat(checkpoint.problems())
        .extracting(Problem::message)
        .containsExactlyInAnyOrder(
            "Cannot tell which is the tensor 'both' in %s at byte 180: %s has it too; the one in %s is audited; download the index and the shards again from one revision"
                .formatted(TWO, ONE, TWO),
            "Cannot match the tensor with the index 'extra' in %s at byte 184: the index does not name it; download the index and the shards again from one revision"
                .formatted(ONE),
            "Cannot match the tensor with the index 'moved' in %s at byte 184: the index places it in '%s'; download the index and the shards again from one revision"
                .formatted(TWO, ONE),
            "Cannot find the tensor 'gone' in %s: the index places it there; download the index and the shards again from one revision"
                .formatted(TWO));
    TensorEntry both =
        checkpoint.tensors().stream()
            .filter(t -> t.name().equals("both"))
            .findFirst()
            .orElseThrow();
    assertThat(checkpoint.shards().get(both.slices().get(0).shard()).name()).isEqualTo(TWO);
    assertThat(checkpoint.tensors())
        .extracting(TensorEntry::name)
        .containsExactly("a", "b", "both", "extra", "moved");
  }

  @Test
  void i4_withoutAnIndexTheFirstShardWins() throws IOException {
    shard("b.safetensors", "t");
    shard("a.safetensors", "t");
    Checkpoint checkpoint = open();
    assertThat(only(checkpoint).message())
        .contains(
            "in b.safetensors at byte 62: a.safetensors has it too; the one in a.safetensors is audited");
    assertThat(checkpoint.tensors().get(0).slices().get(0).shard()).isZero();
  }

  @Test
  void i5_totalSize() throws IOException {
    shard(ONE, "a");
    shard(TWO, "b");
    index(9, "a", ONE, "b", TWO);
    assertThat(only(open()).severity()).isEqualTo(Severity.WARNING);
    assertThat(only(open()).rule()).isEqualTo("IX_TOTAL_SIZE");
    assertThat(only(open()).message())
        .isEqualTo(
            "Cannot confirm the total size in %s at byte 26: it states 9 bytes and the tensors have 8; download the index again, or rewrite total_size"
                .formatted(INDEX));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "<html> | 0 | Unexpected character",
        "[] | 0 | it is not a JSON object",
        "{} | 2 | it has no 'weight_map'",
        "{\"weight_map\":{\"a\":\"x\",\"a\":\"y\"}} | 23 | it names the tensor 'a' twice",
        "{\"weight_map\":{\"a\":1}} | 19 | the file of tensor 'a' is not a string",
        "{\"weight_map\":{}} {} | 18 | something follows its end",
        "{\"weight_map\":{},\"weight_map\":{}} | 17 | it has 'weight_map' twice",
      })
  void i5_unusableIndex(String json, long at, String why) throws IOException {
    shard(ONE, "a");
    shard(TWO, "b");
    rawIndex(json);
    Checkpoint checkpoint = open();
    assertThat(only(checkpoint).rule()).isEqualTo("IX_JSON");
    assertThat(only(checkpoint).message())
        .startsWith("Cannot use the index in " + INDEX + " at byte ")
        .contains(": " + why)
        .endsWith("; download the index again from its source");
    assertThat(only(checkpoint).byteOffset()).isBetween(Math.max(0, at - 1), at + 1);
    assertThat(checkpoint.tensors()).extracting(TensorEntry::name).containsExactly("a", "b");
  }

  @Test
  void i5_vastIndexIsNotRead() throws IOException {
    shard("model.safetensors", "a");
    try (java.io.RandomAccessFile file =
        new java.io.RandomAccessFile(folder.resolve(INDEX).toFile(), "rw")) {
      file.setLength(200L << 20);
    }
    assertThat(only(open()).message())
        .contains("it has 209715200 bytes, and at most 67108864 are read");
    assertThat(open().tensors()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {".incomplete", ".part"})
  void h1_unfinishedDownloads(String suffix) throws IOException {
    shard(ONE, "a");
    Files.write(folder.resolve(TWO + suffix), new byte[7]);
    Checkpoint checkpoint = open();
    assertThat(checkpoint.problems())
        .extracting(Problem::rule)
        .contains("NOT_DOWNLOADED", "IX_GAP");
    assertThat(checkpoint.problems())
        .extracting(Problem::message)
        .contains(
            "Cannot audit the shard in %s: its download did not finish, at 7 bytes; download it from its source"
                .formatted(TWO + suffix));
  }

  @Test
  void h3_whatIsNoFileIsNotOpened() throws Exception {
    shard("good.safetensors", "a");
    Files.createDirectory(folder.resolve("dir.safetensors"));
    Files.createSymbolicLink(folder.resolve("dangling.safetensors"), Path.of("nowhere"));
    Files.createSymbolicLink(folder.resolve("loop.safetensors"), Path.of("loop.safetensors"));
    Process mkfifo =
        new ProcessBuilder("mkfifo", folder.resolve("fifo.safetensors").toString()).start();
    assertThat(mkfifo.waitFor()).isZero();
    Checkpoint checkpoint = assertTimeoutPreemptively(Duration.ofSeconds(10), this::open);
    assertThat(checkpoint.problems())
        .extracting(Problem::message)
        .containsExactly(
            "Cannot open the shard in dangling.safetensors: it is a link that leads nowhere or in a circle; restore what it should lead to",
            "Cannot open the shard in dir.safetensors: it is a folder, not a file; remove it, or put the file there",
            "Cannot open the shard in fifo.safetensors: it is a FIFO, a device or a broken link, not a file; remove it, or put the file there",
            "Cannot open the shard in loop.safetensors: it is a link that leads nowhere or in a circle; restore what it should lead to");
    assertThat(checkpoint.problems()).allMatch(Problem::isIncomplete);
    assertThat(checkpoint.tensors()).hasSize(1);
  }

  @Test
  void shardsInSubfoldersAreFoundByTheIndex() throws IOException {
    Files.createDirectory(folder.resolve("parts"));
    shard("parts/one.safetensors", "a");
    index(4, "a", "parts/one.safetensors");
    Checkpoint checkpoint = open();
    assertThat(checkpoint.problems()).isEmpty();
    assertThat(checkpoint.shards())
        .extracting(Shard::name)
        .containsExactly("parts/one.safetensors");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"torch_dtype\":\"torch.float16\"} | float16",
        "{\"torch_dtype\":\"float16\",\"dtype\":\"bfloat16\"} | bfloat16",
        "{\"dtype\":null,\"vision_config\":{\"dtype\":\"float32\"},\"text_config\":{\"x\":{\"dtype\":\"no\"},\"dtype\":\"bfloat16\"}} | bfloat16",
        "{\"quantization_config\":{\"dtype\":\"float16\"}} | ",
        "{} | ",
      })
  void declaredDtype(String json, String expected) throws IOException {
    shard("model.safetensors", "a");
    Files.writeString(folder.resolve("config.json"), json);
    assertThat(open().declaredDtype()).isEqualTo(expected);
    assertThat(open().problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{\"dtype\":", "{} {}", "not json"})
  void unreadableConfigIsAWarning(String json) throws IOException {
    shard("model.safetensors", "a");
    Files.writeString(folder.resolve("config.json"), json);
    assertThat(only(open()).rule()).isEqualTo("CONFIG_JSON");
    assertThat(only(open()).severity()).isEqualTo(Severity.WARNING);
    assertThat(only(open()).reference()).startsWith("fails");
    assertThat(only(open()).message())
        .startsWith("Cannot read the declared dtype in config.json")
        .endsWith("; download it again from its source, or remove it");
  }

  @Test
  void nothingToAudit() throws IOException {
    CheckpointFinder finder =
        new CheckpointFinder(Storages.local(), List.of(new SafetensorsReader()));
    assertThatThrownBy(() -> finder.find(List.of(folder.toString())))
        .isInstanceOf(NothingToAuditException.class)
        .hasMessage(
            "Cannot audit '%s': there is no checkpoint in it or under that name; give a folder with weights, a shard or an index"
                .formatted(folder));
    assertThatThrownBy(() -> finder.find(List.of(folder + "/typo")))
        .isInstanceOf(NothingToAuditException.class)
        .hasMessageContaining("no such file or folder; check the spelling");
    assertThatThrownBy(() -> finder.find(List.of(folder + "/*.safetensors")))
        .isInstanceOf(NothingToAuditException.class);
    assertThatThrownBy(() -> finder.find(List.of())).isInstanceOf(NothingToAuditException.class);
  }

  @Test
  void oneCheckpointIsFoundOnce() throws IOException {
    shard(ONE, "a");
    index(4, "a", ONE);
    Path link = Files.createSymbolicLink(parent.resolve("link"), folder);
    CheckpointFinder finder =
        new CheckpointFinder(Storages.local(), List.of(new SafetensorsReader()));
    assertThat(
            finder.find(
                List.of(
                    folder.toString(),
                    folder + "/",
                    folder.toUri().toString(),
                    folder.resolve(INDEX).toString(),
                    link.toString(),
                    parent + "/c*")))
        .hasSize(1);
    assertThat(finder.find(List.of(folder.toString(), folder.resolve(ONE).toString()))).hasSize(2);
  }

  @Test
  void readingTwiceGivesEqualCheckpoints() throws IOException {
    for (int i = 0; i < 40; i++) {
      shard("s%s.safetensors".formatted(i), "t" + i, "t" + (i + 1));
    }
    assertThat(open()).isEqualTo(open());
  }

  /** What else is wrong with a shard does not hide that a tensor is not in it. */
  @Test
  void tensorsAreAbsentFromAShardWithAnotherError() throws IOException {
    shard(ONE, "a");
    SafetensorsBytes.file()
        .tensor("b", "F16", (short) 1, (short) 2)
        .tensor("odd", "F17", (short) 1, (short) 2)
        .write(folder.resolve(TWO));
    index(8, "a", ONE, "b", TWO, "gone", TWO, "odd", TWO);
    Checkpoint checkpoint = open();
    assertThat(shardOf(checkpoint, TWO).status()).isEqualTo(ShardStatus.DAMAGED);
    assertThat(checkpoint.problems())
        .extracting(Problem::rule, Problem::tensor)
        .containsExactlyInAnyOrder(tuple("ST_DTYPE", "odd"), tuple("IX_MISMATCH", "gone"));
    assertThat(checkpoint.unaudited().tensors()).isEqualTo(2);
  }
}
