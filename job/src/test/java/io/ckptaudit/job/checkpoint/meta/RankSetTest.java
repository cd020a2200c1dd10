package io.ckptaudit.job.checkpoint.meta;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.CheckpointFinder;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.ShardStatus;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.MetaModel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole tensors out of ranks, without reading a weight. */
class RankSetTest {

  @TempDir Path folder;

  private static Checkpoint open(Path path) throws IOException {
    return new CheckpointFinder(Storages.local(), List.of(new MetaReader()))
        .find(List.of(path.toString()))
        .iterator()
        .next()
        .open();
  }

  private Checkpoint open(MetaModel model) throws IOException {
    model.write(folder);
    return open(folder);
  }

  private static TensorEntry tensor(Checkpoint checkpoint, String name) {
    return checkpoint.tensors().stream().filter(t -> t.name().equals(name)).findFirst().get();
  }

  /** The codes of a tensor, put where its slices say that they are. */
  private short[] codes(Checkpoint checkpoint, TensorEntry tensor) throws IOException {
    short[] codes = new short[(int) tensor.elements()];
    int sequential = 0;
    for (Slice slice : tensor.slices()) {
      byte[] file =
          Files.readAllBytes(folder.resolve(checkpoint.shards().get(slice.shard()).name()));
      ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < slice.bytes() / 2; i++) {
        long at =
            slice.placement() == null
                ? sequential++
                : slice.placement().indexOf(slice.placement().first() + i);
        codes[(int) at] = bytes.getShort((int) slice.offset() + 2 * i);
      }
    }
    return codes;
  }

  private void assertWhole(MetaModel model) throws IOException {
    Checkpoint opened = open(model);
    assertThat(opened.problems()).isEmpty();
    List<String> names = new ArrayList<>();
    model.names().forEach(names::add);
    assertThat(opened.tensors())
        .extracting(TensorEntry::name)
        .containsExactlyInAnyOrderElementsOf(names);
    for (TensorEntry tensor : opened.tensors()) {
      assertThat(codes(opened, tensor)).as(tensor.name()).isEqualTo(model.codes(tensor.name()));
      assertThat(tensor.bytes()).isEqualTo(2 * tensor.elements());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void partsMakeWholeTensors(int ranks) throws IOException {
    assertWhole(MetaModel.ofRanks(ranks));
    assertWhole(
        MetaModel.ofRanks(ranks)
            .add("layers.0.attention.wq.bias", 0, 2L * ranks)
            .add("layers.0.attention.wo.bias", MetaModel.COPIED, 2L * ranks)
            .add("rope.freqs", MetaModel.COPIED, 3)
            .add("steps", MetaModel.COPIED));
  }

  @Test
  void theVocabularyIsCutInLlama3() throws IOException {
    MetaModel model = MetaModel.ofRanks(2).add("tok_embeddings.weight", 0, 8, 4);
    assertWhole(model);
    assertThat(tensor(open(folder), "tok_embeddings.weight").shape()).containsExactly(8L, 4L);
  }

  @Test
  void copiesAreOfEveryRankAndCountedOnce() throws IOException {
    Checkpoint opened = open(MetaModel.ofRanks(3));
    TensorEntry norm = tensor(opened, "norm.weight");
    assertThat(norm.elements()).isEqualTo(6);
    assertThat(norm.slices()).extracting(Slice::shard).containsExactly(0);
    assertThat(norm.copies()).hasSize(2);
    assertThat(norm.copy(2)).extracting(Slice::shard).containsExactly(2);
    assertThat(tensor(opened, "output.weight").copies()).isEmpty();
  }

  @Test
  void theFixtureHasTheShapesOfTheWhole() throws IOException {
    Checkpoint opened = open(Fixtures.path("llama-meta"));
    assertThat(opened.problems()).isEmpty();
    assertThat(opened.tensors()).hasSize(30);
    assertThat(tensor(opened, "tok_embeddings.weight").shape()).containsExactly(384L, 64L);
    assertThat(tensor(opened, "layers.2.feed_forward.w2.weight").shape())
        .containsExactly(64L, 160L);
  }

  @Test
  void ofUnknownNamesEqualChecksumsAreCopies() throws IOException {
    MetaModel model =
        MetaModel.ofRanks(2).add("gate.weight", MetaModel.COPIED, 4).add("other.weight", 0, 6);
    Checkpoint opened = open(model);
    assertThat(tensor(opened, "gate.weight").copies()).hasSize(1);
    TensorEntry other = tensor(opened, "other.weight");
    assertThat(other.shape()).containsExactly(6L);
    assertThat(other.slices()).noneMatch(slice -> slice.arrangement().isPlaced());
    long at = model.rank(0).offsets().get("other.weight");
    assertThat(opened.problems())
        .extracting(Problem::message)
        .containsExactly(
            "Cannot tell how the parts go together of tensor 'other.weight' in consolidated.00.pth"
                + " at byte %d: its name is none of Meta's; 2 parts are counted in turn; convert"
                    .formatted(at)
                + " the model where it came from, if places in this tensor matter");
  }

  @Test
  void scalarsOfUnknownNamesAreCopiesOrAVector() throws IOException {
    MetaModel model = MetaModel.ofRanks(2).add("scale", MetaModel.COPIED);
    assertThat(tensor(open(model), "scale").copies()).hasSize(1);
    Checkpoint other = open(model.instead(1, "scale", new byte[] {1, 2}));
    assertThat(tensor(other, "scale").shape()).containsExactly(2L);
    assertThat(tensor(other, "scale").copies()).isEmpty();
    assertThat(other.problems()).extracting(Problem::rule).containsExactly("SET_LAYOUT");
    assertThat(other.problems()).extracting(Problem::reference).containsExactly("ignores it");
  }

  @Test
  void whatIsThereOfAModelWithAGapIsAuditedWithoutPlaces() throws IOException {
    MetaModel.ofRanks(3).write(folder);
    Files.delete(folder.resolve("consolidated.01.pth"));
    Checkpoint opened = open(folder);
    assertThat(opened.shards())
        .extracting(shard -> shard.name() + " " + shard.status())
        .containsExactly(
            "consolidated.00.pth OK", "consolidated.01.pth MISSING", "consolidated.02.pth OK");
    assertThat(opened.unaudited().files()).containsExactly("consolidated.01.pth");
    TensorEntry wo = tensor(opened, "layers.0.attention.wo.weight");
    assertThat(wo.shape()).containsExactly(6L, 4L);
    assertThat(wo.slices()).noneMatch(slice -> slice.arrangement().isPlaced());
    assertThat(tensor(opened, "norm.weight").slices().get(0).arrangement()).isNull();
  }

  @Test
  void shapesTellOfRanksAtTheEnd() throws IOException {
    MetaModel.ofRanks(4).write(folder);
    Files.delete(folder.resolve("consolidated.02.pth"));
    Files.delete(folder.resolve("consolidated.03.pth"));
    assertThat(open(folder).problems())
        .extracting(Problem::message)
        .containsExactly(
            "Cannot audit the parts of rank 2 in consolidated.02.pth: by their shapes there are 4"
                + " ranks, and this file is missing; download it from its source",
            "Cannot audit the parts of rank 3 in consolidated.03.pth: by their shapes there are 4"
                + " ranks, and this file is missing; download it from its source");
  }

  @Test
  void oneFileMayHaveNoNumber() throws IOException {
    MetaModel model = MetaModel.ofRanks(1);
    model.write(folder);
    Files.move(folder.resolve("consolidated.00.pth"), folder.resolve("consolidated.pth"));
    Checkpoint opened = open(folder);
    assertThat(opened.problems()).isEmpty();
    assertThat(opened.tensors()).hasSize(12);
    Files.write(folder.resolve("consolidated.00.pth"), model.rank(0).bytes());
    assertThat(open(folder).problems())
        .extracting(Problem::message)
        .containsExactly(
            "Cannot tell which file is of rank 0 in consolidated.pth: consolidated.00.pth is too;"
                + " its tensors are audited, those here are not; remove the one that is not meant");
  }

  @Test
  void aRankThatIsNamedIsWhatItHolds() throws IOException {
    MetaModel.ofRanks(2).write(folder);
    Checkpoint opened = open(folder.resolve("consolidated.01.pth"));
    assertThat(opened.problems()).isEmpty();
    assertThat(tensor(opened, "tok_embeddings.weight").shape()).containsExactly(8L, 2L);
  }

  @Test
  void sizesMayBeNestedAndHeadsHaveADimensionOfTheirOwn() throws IOException {
    MetaModel model = MetaModel.ofRanks(2);
    model.write(folder);
    Path params = folder.resolve("params.json");
    Files.writeString(
        params,
        "{\"model\": {\"dim\": 4, \"n_heads\": 4, \"head_dim\": 1, \"n_kv_heads\": null,"
            + " \"hidden_dim\": 6, \"vocab_size\": -1, \"multiple_of\": [{}]}, \"dim\": 4}");
    assertThat(open(folder).problems())
        .extracting(Problem::message)
        .containsExactly(
            "Cannot use the sizes in params.json at byte 134: it states dim twice; the first is"
                + " used; download it again from its source");
    Files.writeString(params, "{\"hidden_dim\": 7, \"n_heads\": 0, \"dim\": 4}");
    assertThat(open(folder).problems())
        .extracting(Problem::message)
        .containsExactly(
            "Cannot match hidden_dim with tensor 'layers.0.feed_forward.w1.weight' in params.json"
                + " at byte 15: by it axis 0 has 7 elements, and it has 6 (and so for 2 more);"
                + " download params.json and the ranks again from one source");
  }

  @Test
  void aDamagedRankCostsItsPartsAlone() throws IOException {
    MetaModel model = MetaModel.ofRanks(2);
    model.write(folder);
    byte[] whole = model.rank(1).bytes();
    Files.write(folder.resolve("consolidated.01.pth"), Arrays.copyOf(whole, whole.length / 2));
    Checkpoint opened = open(folder);
    assertThat(opened.shards().get(1).status()).isEqualTo(ShardStatus.DAMAGED);
    assertThat(tensor(opened, "norm.weight").copies()).isEmpty();
    assertThat(tensor(opened, "output.weight").shape()).containsExactly(4L, 4L);
    assertThat(opened.problems()).extracting(Problem::rule).doesNotContain("SET_PARAMS");
  }
}
