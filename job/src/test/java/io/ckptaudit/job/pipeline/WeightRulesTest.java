package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ckptaudit.job.audit.Rules;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.SafetensorsBytes;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One planted fault per rule about weights, and a clean twin of each that stays silent. */
class WeightRulesTest {

  private static final String LAYER = "model.layers.0.";

  @TempDir static Path folder;

  private static List<Row> faulty;
  private static List<Row> clean;

  /** Builds one checkpoint of BF16 tensors from values. */
  private static final class Model {
    private final Random random = new Random(7);
    private final SafetensorsBytes file = SafetensorsBytes.file();

    Model add(String name, long rows, long columns, DoubleSupplier values) {
      return add(name, "BF16", FloatFormat.BF16, new long[] {rows, columns}, values);
    }

    Model add(String name, String dtype, FloatFormat format, long[] shape, DoubleSupplier values) {
      int elements = (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b);
      ByteBuffer bytes = ByteBuffer.allocate(2 * elements).order(ByteOrder.LITTLE_ENDIAN);
      for (int i = 0; i < elements; i++) {
        bytes.putShort((short) format.round(values.getAsDouble()));
      }
      file.tensor(name, dtype, shape, bytes.array());
      return this;
    }

    /** A router's bias: 256 values around seven. */
    Model bias(String name, double spread) {
      return add(
          name,
          "BF16",
          FloatFormat.BF16,
          new long[] {256},
          () -> 6.94 + spread * (random.nextDouble() - 0.5));
    }

    DoubleSupplier normal(double deviation) {
      return () -> deviation * random.nextGaussian();
    }

    void write(Path to, String config) throws IOException {
      Files.createDirectories(to);
      file.write(to.resolve("model.safetensors"));
      Files.writeString(to.resolve("config.json"), config);
    }
  }

  @BeforeAll
  static void audit() throws IOException {
    Model bad = new Model();
    bad.bias(LAYER + "mlp.gate.e_score_correction_bias", 0.246);
    bad.add("model.embed_tokens.weight", 16, 8, bad.normal(0.02));
    bad.add("lm_head.weight", 16, 8, bad.normal(0.02));
    bad.add(LAYER + "self_attn.q_proj.weight", 0, 8, () -> 0);
    bad.add(LAYER + "self_attn.k_proj.weight", 32, 32, bad.normal(1e-9));
    bad.add(LAYER + "self_attn.v_proj.weight", 32, 32, bad.normal(1e-5));
    bad.add(LAYER + "attn_mask", 8, 8, () -> Double.NEGATIVE_INFINITY);
    for (int expert = 0; expert < 4; expert++) {
      bad.add(
          LAYER + "mlp.experts." + expert + ".up_proj.weight",
          8,
          8,
          bad.normal(expert == 2 ? 2e-6 : 0.02));
    }
    bad.write(
        folder.resolve("faulty"),
        "{\"torch_dtype\":\"float16\",\"tie_word_embeddings\":true,\"vision_config\":{}}");
    Model good = new Model();
    good.bias(LAYER + "mlp.gate.bias_of_many_codes", 4);
    good.add("model.embed_tokens.weight", 16, 8, good.normal(0.02));
    good.add("lm_head.weight", 16, 8, good.normal(0.02));
    good.add(LAYER + "self_attn.q_proj.weight", 32, 32, good.normal(0.02));
    good.add(LAYER + "extra_state", 0, 8, () -> 0);
    good.bias(LAYER + "input_layernorm.weight", 0.246);
    int[] drawn = {0};
    good.add(LAYER + "flags.weight", 16, 8, () -> drawn[0]++ % 2);
    for (int expert = 0; expert < 4; expert++) {
      good.add(
          LAYER + "mlp.experts." + expert + ".up_proj.weight",
          8,
          8,
          good.normal(expert == 2 ? 0.002 : 0.02));
    }
    good.write(folder.resolve("clean"), "{\"torch_dtype\":\"bfloat16\"}");
    faulty = findings("faulty");
    clean = findings("clean");
  }

  private static List<Row> findings(String checkpoint) {
    Path report = folder.resolve(checkpoint + "-report");
    Audits.audits().run(report, folder.resolve(checkpoint).toString());
    return Audits.rows(report, Table.FINDINGS);
  }

  private static Row only(String rule) {
    List<Row> found = faulty.stream().filter(row -> row.getAs("rule").equals(rule)).toList();
    assertThat(found).as(rule).hasSize(1);
    return found.get(0);
  }

  @Test
  void cleanTwinsStaySilent() {
    assertThat(clean)
        .filteredOn(row -> !row.getAs("severity").equals("INFO"))
        .extracting(row -> row.<String>getAs("message"))
        .isEmpty();
  }

  @Test
  void everyFaultIsNamedAndNoOther() {
    assertThat(faulty)
        .filteredOn(row -> !row.getAs("severity").equals("INFO"))
        .extracting(row -> row.getAs("rule") + " " + row.getAs("tensor"))
        .containsExactlyInAnyOrder(
            "DISTINCT_COLLAPSE " + LAYER + "mlp.gate.e_score_correction_bias",
            "PRECISION_ROLE " + LAYER + "mlp.gate.e_score_correction_bias",
            "TIED_WEIGHTS lm_head.weight",
            "EMPTY_TENSOR " + LAYER + "self_attn.q_proj.weight",
            "UNDERFLOW_DECLARED " + LAYER + "self_attn.k_proj.weight",
            "UNDERFLOW_DECLARED " + LAYER + "self_attn.v_proj.weight",
            "SUBNORMAL_DECLARED " + LAYER + "self_attn.v_proj.weight",
            "SUBNORMAL_DECLARED " + LAYER + "mlp.experts.2.up_proj.weight",
            "DEAD_EXPERT " + LAYER + "mlp.experts.2.up_proj.weight",
            "DTYPE_DECLARED null");
  }

  @Test
  void collapsedValuesAreCounted() {
    Row row = only("DISTINCT_COLLAPSE");
    assertThat(row.<String>getAs("message"))
        .isEqualTo(
            "256 values from 6.8125 to 7.0625 lie on 9 codes of BF16, which has 9 there in tensor '"
                + LAYER
                + "mlp.gate.e_score_correction_bias' of model.safetensors at byte "
                + row.<Long>getAs("byte_offset")
                + "; take the tensor from a wider original, or keep it in F32");
    assertThat(row.<String>getAs("evidence"))
        .isEqualTo(
            "{\"distinct_codes\":9,\"codes_in_range\":9,\"elements\":256,\"min\":6.8125,"
                + "\"max\":7.0625}");
    assertThat(only("PRECISION_ROLE").<String>getAs("message"))
        .startsWith("Values that are computed in F32 are stored as BF16 in tensor '" + LAYER)
        .endsWith(
            "; take the tensor from an F32 original; a loader cannot restore what the cast dropped");
    assertThat(only("PRECISION_ROLE").<String>getAs("evidence"))
        .isEqualTo(
            "{\"dtype\":\"BF16\",\"holds\":\"BF16\",\"pattern\":\"*.e_score_correction_bias\","
                + "\"elements\":256}");
  }

  @Test
  void messagesSayWhatValueWhereAndWhatToDo() {
    assertThat(only("EMPTY_TENSOR").<String>getAs("message"))
        .matches(
            "A weight of shape \\[0, 8] has no values in tensor '"
                + LAYER
                + "self_attn.q_proj.weight' of model.safetensors at byte \\d+; export the weights"
                + " again: gather the partitions before saving");
    assertThat(only("TIED_WEIGHTS").<String>getAs("message"))
        .isEqualTo(
            "config.json ties embedding and head, but tensor 'lm_head.weight' of model.safetensors"
                + " at byte "
                + only("TIED_WEIGHTS").<Long>getAs("byte_offset")
                + " and 'model.embed_tokens.weight' differ, and a loader drops the first; correct"
                + " tie_word_embeddings in config.json, or restore the right tensor");
    assertThat(only("DEAD_EXPERT").<String>getAs("message"))
        .startsWith(
            "The largest magnitude in tensor '"
                + LAYER
                + "mlp.experts.2.up_proj.weight' of model.safetensors at byte "
                + only("DEAD_EXPERT").<Long>getAs("byte_offset")
                + " is ")
        .endsWith("; check that the expert was written and trained");
    assertThat(only("MASK_INFINITE").<String>getAs("severity")).isEqualTo("INFO");
  }

  @Test
  void evidenceHasTheKeysOfTheTable() throws IOException {
    for (Row row : faulty) {
      List<String> keys = new ArrayList<>();
      new ObjectMapper()
          .readTree(row.<String>getAs("evidence"))
          .fieldNames()
          .forEachRemaining(keys::add);
      assertThat(keys)
          .as(row.<String>getAs("rule"))
          .isEqualTo(Rules.named(row.getAs("rule")).orElseThrow().evidence());
    }
  }

  @Test
  void whatIfFindingsNameTheWorstTensors() {
    assertThat(faulty)
        .filteredOn(row -> row.getAs("rule").equals("UNDERFLOW_TARGET"))
        .extracting(row -> row.<String>getAs("evidence"))
        .anySatisfy(
            evidence ->
                assertThat(evidence)
                    .startsWith("{\"target\":\"F16\",\"underflow\":10")
                    .contains("\"worst\":{\"" + LAYER + "self_attn.k_proj.weight\":1024,"));
  }

  @Test
  void aHeadThatEqualsAnUntiedEmbeddingIsToldToo() throws IOException {
    Model model = new Model();
    model.add("model.embed_tokens.weight", 16, 8, () -> 0.5);
    model.add("lm_head.weight", 16, 8, () -> 0.5);
    model.write(folder.resolve("tied"), "{\"text_config\":{\"tie_word_embeddings\":false}}");
    assertThat(findings("tied"))
        .filteredOn(row -> row.getAs("rule").equals("TIED_WEIGHTS"))
        .extracting(row -> row.<String>getAs("message").replaceAll("byte \\d+", "byte N"))
        .containsExactly(
            "config.json unties embedding and head, but tensor 'lm_head.weight' of"
                + " model.safetensors at byte N and 'model.embed_tokens.weight' have the same bytes;"
                + " correct tie_word_embeddings in config.json, or restore the right tensor");
  }

  /** Bits of two dtypes are never the same, and a loader drops the ones that were meant. */
  @Test
  void aHeadOfAnotherDtypeIsNotTied() throws IOException {
    Model model = new Model();
    model.add("model.embed_tokens.weight", 16, 8, () -> 0.5);
    model.add("lm_head.weight", "F16", FloatFormat.F16, new long[] {16, 8}, () -> 0.5);
    model.write(folder.resolve("other-dtype"), "{\"tie_word_embeddings\":true}");
    model.write(folder.resolve("untied-dtype"), "{\"tie_word_embeddings\":false}");
    Path report = folder.resolve("dtypes-report");
    String[] uris = {
      folder.resolve("other-dtype").toString(), folder.resolve("untied-dtype").toString()
    };
    Audits.audits().targets(Target.F16).run(report, uris);
    assertThat(Audits.rows(report, Table.FINDINGS))
        .filteredOn(row -> row.getAs("rule").equals("TIED_WEIGHTS"))
        .extracting(
            row -> row.<String>getAs("message").replaceAll("byte \\d+", "byte N"),
            row -> row.<String>getAs("evidence"))
        .containsExactly(
            tuple(
                "config.json ties embedding and head, but tensor 'lm_head.weight' of"
                    + " model.safetensors at byte N is F16 and 'model.embed_tokens.weight' BF16,"
                    + " and a loader drops the first; correct tie_word_embeddings in config.json,"
                    + " or restore the right tensor",
                "{\"tie_word_embeddings\":true,\"embed\":\"model.embed_tokens.weight\","
                    + "\"head\":\"lm_head.weight\",\"equal\":false}"));
  }

  @Test
  void whatIsSaidOfATensorHasItsAddress() {
    assertThat(faulty)
        .filteredOn(row -> row.getAs("tensor") != null)
        .hasSizeGreaterThan(8)
        .allSatisfy(
            row -> {
              assertThat(row.<String>getAs("file")).isEqualTo("model.safetensors");
              assertThat(row.<String>getAs("message"))
                  .contains(
                      "tensor '"
                          + row.getAs("tensor")
                          + "' of model.safetensors at byte "
                          + row.<Long>getAs("byte_offset"));
            });
  }

  @Test
  void requiredTargetsHaveTheirOwnRules() throws IOException {
    Path report = folder.resolve("required-report");
    Audits.audits().required(Target.F16).run(report, folder.resolve("faulty").toString());
    assertThat(Audits.rows(report, Table.FINDINGS))
        .extracting(row -> row.<String>getAs("rule"))
        .contains("UNDERFLOW_REQUIRED", "SUBNORMAL_REQUIRED");
  }

  @Test
  void oneHundredFindingsOfARuleAreListedAndTheRestCounted() throws IOException {
    Model model = new Model();
    IntStream.range(0, 130)
        .forEach(
            i -> model.add("model.layers.%03d.mlp.up_proj.weight".formatted(i), 2, 2, () -> 0));
    model.write(folder.resolve("zeros"), "{}");
    List<Row> found =
        findings("zeros").stream()
            .filter(row -> row.getAs("rule").equals("ALL_ZERO_MATRIX"))
            .toList();
    assertThat(found).hasSize(101);
    assertThat(found).extracting(row -> row.<String>getAs("tensor")).contains((String) null);
    assertThat(found)
        .extracting(row -> row.<String>getAs("message"))
        .contains(
            "Cannot list every ALL_ZERO_MATRIX: 30 more; look at the first 100 of them, and at the"
                + " other tables for the rest")
        .noneSatisfy(message -> assertThat(message).contains("model.layers.100."));
  }
}
