package io.ckptaudit.job.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ckptaudit.job.checkpoint.safetensors.SafetensorsReader;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.udfs.number.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointFixturesTest {
  private static final Map<String, String> SAFETENSORS_NAMES =
      Map.of("bfloat16", "BF16", "float16", "F16", "float32", "F32", "float64", "F64");

  /** numpy and torch say nothing of its values, so neither does expected.json. */
  private static final String WITHOUT_EXPECTATION = "f8_e8m0";

  private static Checkpoint open(String uri) throws IOException {
    CheckpointFinder finder =
        new CheckpointFinder(Storages.local(), List.of(new SafetensorsReader()));
    return finder.find(List.of(uri)).iterator().next().open();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-hf-bf16",
        "llama-hf-fp16",
        "llama-hf-fp16-then-bf16",
        "llama-wide-bf16",
        "llama-wide-fp16",
        "llama-wide-fp16-then-bf16",
        "llama-hf-broken-bf16",
        "llama-fp32-master-to-bf16",
        "llama-fp32-master-to-fp16",
        "transformers-bf16",
        "all-dtypes"
      })
  void agreesWithTheWriter(String fixture) throws IOException {
    JsonNode expected =
        new ObjectMapper().readTree(Fixtures.path(fixture + "/expected.json").toFile());
    Checkpoint checkpoint = open(Fixtures.path(fixture).toString());

    assertThat(checkpoint.problems()).isEmpty();
    TreeSet<String> names = new TreeSet<>();
    expected.fieldNames().forEachRemaining(names::add);
    if (fixture.equals("all-dtypes")) {
      names.add(WITHOUT_EXPECTATION);
    }
    assertThat(checkpoint.tensors()).extracting(TensorEntry::name).containsExactlyElementsOf(names);
    for (TensorEntry tensor : checkpoint.tensors()) {
      JsonNode facts = expected.get(tensor.name());
      if (facts == null) {
        continue;
      }
      assertThat(tensor.elements()).isEqualTo(facts.get("count").asLong());
      assertThat(tensor.bytes()).isEqualTo(tensor.elements() * tensor.dtype().bits() / 8);
      assertThat(tensor.shape().toString()).isEqualTo(shape(facts));
      String dtype = SAFETENSORS_NAMES.get(facts.get("dtype").asText());
      if (dtype != null) {
        assertThat(tensor.dtype()).isEqualTo(DType.valueOf(dtype));
      }
    }
  }

  private static String shape(JsonNode facts) {
    StringBuilder text = new StringBuilder("[");
    facts.get("shape").forEach(d -> text.append(text.length() > 1 ? ", " : "").append(d.asLong()));
    return text.append("]").toString();
  }

  @Test
  void slicesCoverTheDataOfEveryShard() throws IOException {
    Checkpoint checkpoint = open(Fixtures.path("llama-hf-bf16").toString());
    assertThat(checkpoint.shards()).hasSize(4).allMatch(s -> s.status() == ShardStatus.OK);
    for (int i = 0; i < checkpoint.shards().size(); i++) {
      int shard = i;
      long bytes =
          checkpoint.tensors().stream()
              .flatMap(t -> t.slices().stream())
              .filter(s -> s.shard() == shard)
              .mapToLong(Slice::bytes)
              .sum();
      Path file = Fixtures.path("llama-hf-bf16/" + checkpoint.shards().get(i).name());
      byte[] head = Files.readAllBytes(file);
      long header =
          java.nio.ByteBuffer.wrap(head).order(java.nio.ByteOrder.LITTLE_ENDIAN).getLong();
      assertThat(8 + header + bytes).isEqualTo(Files.size(file));
    }
  }

  @Test
  void readsTheDeclaredDtypeOfOldAndNewConfigs() throws IOException {
    assertThat(open(Fixtures.path("llama-hf-fp16-then-bf16").toString()).declared())
        .contains(DType.F16);
    assertThat(open(Fixtures.path("transformers-bf16").toString()).declared()).contains(DType.BF16);
    assertThat(open(Fixtures.path("all-dtypes").toString()).declared()).isEmpty();
  }

  @Test
  void opensAShardAnIndexAFileUriAndAPattern() throws IOException {
    Path folder = Fixtures.path("llama-hf-bf16");
    Checkpoint whole = open(folder.toUri().toString());
    Checkpoint byIndex = open(folder + "/model.safetensors.index.json");
    assertThat(byIndex).isEqualTo(whole);
    assertThat(open(folder.getParent() + "/llama-hf-bf1?")).isEqualTo(whole);

    Checkpoint shard = open(folder + "/model-00002-of-00004.safetensors");
    assertThat(shard.uri()).endsWith("/llama-hf-bf16/model-00002-of-00004.safetensors");
    assertThat(shard.shards())
        .extracting(Shard::name)
        .containsExactly("model-00002-of-00004.safetensors");
    assertThat(shard.tensors()).hasSize(8);
    assertThat(shard.declaredDtype()).isEqualTo("bfloat16");
    assertThat(shard.problems()).isEmpty();
  }

  @Test
  void layersAreThoseOfTheFixtures() throws IOException {
    JsonNode expected =
        new ObjectMapper().readTree(Fixtures.path("llama-wide-bf16/expected-layers.json").toFile());
    TreeSet<String> layers = new TreeSet<>();
    layers.add("(model)");
    for (TensorEntry tensor : open(Fixtures.path("llama-wide-bf16").toString()).tensors()) {
      layers.add(TensorName.of(tensor.name()).layer());
    }
    TreeSet<String> names = new TreeSet<>();
    expected.fieldNames().forEachRemaining(names::add);
    assertThat(layers).isEqualTo(names);
  }
}
