package io.ckptaudit.job.pipeline;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.Expected;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.udfs.arrow.ArrowMemory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every figure numpy and ml_dtypes give of the fixtures, read back from Parquet. */
class FixtureFiguresTest {

  private static final String[] FIXTURES = {
    "llama-hf-bf16",
    "llama-hf-fp16",
    "llama-hf-fp16-then-bf16",
    "llama-hf-tampered",
    "llama-hf-swapped",
    "llama-hf-broken-bf16",
    "llama-wide-bf16",
    "llama-wide-fp16",
    "llama-wide-fp16-then-bf16",
    "llama-wide-fp16-clipped",
    "llama-wide-fp16-truncated",
    "llama-wide-fp16-flushed",
    "llama-wide-scaled",
    "llama-hf-broken-fp32",
    "llama-hf-fp32-upcast",
    "gradients",
    "llama-fp32-master",
    "llama-fp32-master-to-bf16",
    "llama-fp32-master-to-fp16",
    "transformers-bf16",
    "all-dtypes",
    "llama-hf-bin",
    "llama-meta",
    "torch-shapes/new-zip.pt",
    "torch-shapes/state-dict.pth",
    "torch-shapes/nested.ckpt",
    "torch-shapes/legacy.pth",
    "torch-shapes/protocol4.pt"
  };

  private static final List<String> COUNTS = List.of("nan", "pos_inf", "neg_inf", "zero");
  private static final List<String> VALUES =
      List.of("min", "max", "abs_max", "abs_min_nonzero", "mean", "sum", "sum_sq");
  private static final List<String> CAST_COUNTS =
      List.of("overflow", "underflow", "subnormal", "inexact");
  private static final List<String> CAST_VALUES =
      List.of("max_abs_error", "sum_abs_error", "sum_sq_error", "max_rel_error", "max_ulp_error");

  @TempDir static Path report;

  /** Rows by fixture and then by the name of the tensor or layer. */
  private static final Map<Table, Map<String, Map<String, List<Row>>>> TABLES = new HashMap<>();

  @BeforeAll
  static void auditAll() {
    String[] uris = new String[FIXTURES.length];
    for (int i = 0; i < uris.length; i++) {
      uris[i] = Fixtures.path(FIXTURES[i]).toString();
    }
    Audits.audits().run(report, uris);
    read(Table.TENSORS, "tensor");
    read(Table.CONVERSIONS, "tensor");
    read(Table.LAYERS, "layer");
    read(Table.LAYER_CONVERSIONS, "layer");
    read(Table.HISTOGRAMS, "name");
    read(Table.CODE_COUNTS, "tensor");
  }

  private static void read(Table table, String name) {
    TABLES.put(
        table,
        Audits.rows(report, table).stream()
            .collect(
                groupingBy(
                    row -> fixtureOf(row.getAs("checkpoint")),
                    groupingBy(row -> row.<String>getAs(name)))));
  }

  private static String fixtureOf(String uri) {
    return uri.substring(uri.lastIndexOf("/fixtures/") + "/fixtures/".length());
  }

  /** What numpy says of a folder, or of one file in a folder of several. */
  private static Map<String, JsonNode> expectedOf(String fixture) {
    Path path = Fixtures.path(fixture);
    if (Files.isDirectory(path)) {
      return Expected.of(path, "expected.json");
    }
    Map<String, JsonNode> tensors = new TreeMap<>();
    Expected.of(path.getParent(), "expected.json")
        .get(path.getFileName().toString())
        .properties()
        .forEach(entry -> tensors.put(entry.getKey(), entry.getValue()));
    return tensors;
  }

  private static List<Row> rows(Table table, String fixture, String name) {
    return TABLES.get(table).getOrDefault(fixture, Map.of()).getOrDefault(name, List.of());
  }

  static String[] fixtures() {
    return FIXTURES;
  }

  @ParameterizedTest
  @MethodSource("fixtures")
  void everyTensorEqualsNumpy(String fixture) {
    Map<String, JsonNode> expected = expectedOf(fixture);
    assertThat(expected).isNotEmpty();
    if (fixture.startsWith("torch-shapes/")) {
      assertThat(TABLES.get(Table.TENSORS).get(fixture).keySet()).isEqualTo(expected.keySet());
    }
    expected.forEach(
        (tensor, facts) -> {
          List<Row> found = rows(Table.TENSORS, fixture, tensor);
          assertThat(found).as(tensor).hasSize(1);
          assertThat(found.get(0).<Long>getAs("elements")).isEqualTo(facts.get("count").asLong());
          if (facts.has("targets")) {
            assertValues(fixture + " " + tensor, found.get(0), facts);
            assertCasts(fixture, Table.CONVERSIONS, tensor, facts);
          }
        });
  }

  /**
   * Where nothing is permuted, the extremes of parts put together are where those of the copy are.
   */
  @Test
  void extremesOfRanksAreWhereTheWholeTensorHasThem() {
    Map<String, String> sameOrder =
        Map.of(
            "tok_embeddings.weight", "model.embed_tokens.weight",
            "output.weight", "lm_head.weight",
            "norm.weight", "model.norm.weight",
            "layers.1.attention.wv.weight", "model.layers.1.self_attn.v_proj.weight",
            "layers.1.attention.wo.weight", "model.layers.1.self_attn.o_proj.weight",
            "layers.1.feed_forward.w1.weight", "model.layers.1.mlp.gate_proj.weight",
            "layers.1.feed_forward.w2.weight", "model.layers.1.mlp.down_proj.weight");
    assertThat(TABLES.get(Table.TENSORS).get("llama-meta").keySet())
        .isEqualTo(expectedOf("llama-meta").keySet());
    sameOrder.forEach(
        (meta, huggingFace) -> {
          Row parts = rows(Table.TENSORS, "llama-meta", meta).get(0);
          Row whole = rows(Table.TENSORS, "llama-hf-bf16", huggingFace).get(0);
          for (String column : List.of("shape", "min_index", "max_index", "mean", "stddev")) {
            assertThat(parts.<Object>getAs(column))
                .as(meta + " " + column)
                .isNotNull()
                .isEqualTo(whole.getAs(column));
          }
          assertThat(parts.getList(parts.fieldIndex("shards")))
              .as(meta)
              .isEqualTo(List.of("consolidated.00.pth", "consolidated.01.pth"));
        });
  }

  private static void assertValues(String what, Row row, JsonNode facts) {
    for (String column : COUNTS) {
      assertThat(row.<Long>getAs(column))
          .as(what + " " + column)
          .isEqualTo(facts.get(column).asLong());
    }
    for (String column : VALUES) {
      if (facts.has(column)) {
        assertThat(row.<Double>getAs(column))
            .as(what + " " + column)
            .isEqualTo(Expected.real(facts.get(column)));
      }
    }
  }

  private static void assertCasts(String fixture, Table table, String name, JsonNode facts) {
    Map<String, Row> casts = new TreeMap<>();
    rows(table, fixture, name).forEach(row -> casts.put(row.getAs("target"), row));
    facts
        .get("targets")
        .properties()
        .forEach(
            target -> {
              String what = fixture + " " + name + " " + target.getKey();
              Row row = casts.get(target.getKey());
              JsonNode cast = target.getValue();
              for (String column : CAST_COUNTS) {
                assertThat(row.<Long>getAs(column))
                    .as(what + " " + column)
                    .isEqualTo(cast.get(column).asLong());
              }
              for (String column : CAST_VALUES) {
                assertThat(row.<Double>getAs(column))
                    .as(what + " " + column)
                    .isEqualTo(Expected.real(cast.get(column)));
              }
              assertSqnr(what, row, cast);
            });
  }

  private static void assertSqnr(String what, Row row, JsonNode cast) {
    double error = Expected.real(cast.get("sum_sq_error"));
    Double sqnr = row.getAs("sqnr_db");
    if (error == 0) {
      assertThat(sqnr).as(what).isNull();
    } else {
      double kept = Expected.real(cast.get("sum_sq_kept"));
      assertThat(sqnr).as(what).isCloseTo(10 * Math.log10(kept / error), within(1e-9));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-hf-broken-bf16",
        "llama-wide-bf16",
        "llama-wide-fp16",
        "llama-hf-broken-fp32",
        "llama-fp32-master",
        "gradients"
      })
  void everyLayerEqualsNumpy(String fixture) {
    Map<String, JsonNode> expected = Expected.of(Fixtures.path(fixture), "expected-layers.json");
    assertThat(expected).containsKey("(model)");
    assertThat(TABLES.get(Table.LAYERS).get(fixture).keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (layer, facts) -> {
          Row row = rows(Table.LAYERS, fixture, layer).get(0);
          assertThat(row.<Long>getAs("tensors")).isEqualTo(facts.get("tensors").asLong());
          assertThat(row.<Long>getAs("elements")).isEqualTo(facts.get("count").asLong());
          assertValues(fixture + " " + layer, row, facts);
          assertCasts(fixture, Table.LAYER_CONVERSIONS, layer, facts);
          assertHistograms(fixture, layer, facts);
        });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama-hf-broken-bf16",
        "llama-wide-bf16",
        "llama-wide-fp16",
        "llama-hf-broken-fp32",
        "llama-fp32-master",
        "gradients"
      })
  void everyHistogramEqualsNumpyBinByBin(String fixture) {
    Map<String, JsonNode> expected =
        Expected.of(Fixtures.path(fixture), "expected-histograms.json");
    assertThat(expected).isNotEmpty();
    expected.forEach((tensor, facts) -> assertHistograms(fixture, tensor, facts));
  }

  private static void assertHistograms(String fixture, String name, JsonNode facts) {
    Map<String, Map<Integer, Long>> found = histograms(fixture, name);
    String what = fixture + " " + name;
    if (facts.has("magnitude")) {
      Map<Integer, Long> bins = new TreeMap<>(bins(facts.get("magnitude")));
      assertThat(withoutZero(found.get("null magnitude"))).as(what).isEqualTo(bins);
    }
    facts
        .get("targets")
        .properties()
        .forEach(
            target -> {
              for (String measure : List.of("absolute", "relative", "ulp")) {
                Map<Integer, Long> histogram = found.get(target.getKey() + " " + measure);
                String which = what + " " + target.getKey() + " " + measure;
                assertThat(withoutZero(histogram))
                    .as(which)
                    .isEqualTo(bins(target.getValue().get(measure)));
                assertThat(histogram.get(null))
                    .as(which)
                    .isEqualTo(target.getValue().get("exact").asLong());
              }
            });
  }

  private static Map<String, Map<Integer, Long>> histograms(String fixture, String name) {
    Map<String, Map<Integer, Long>> histograms = new HashMap<>();
    for (Row row : rows(Table.HISTOGRAMS, fixture, name)) {
      histograms
          .computeIfAbsent(row.getAs("target") + " " + row.getAs("measure"), k -> new HashMap<>())
          .put(row.getAs("bin"), row.getAs("count"));
    }
    return histograms;
  }

  private static Map<Integer, Long> withoutZero(Map<Integer, Long> histogram) {
    Map<Integer, Long> bins = new HashMap<>(histogram);
    bins.remove(null);
    return bins;
  }

  private static Map<Integer, Long> bins(JsonNode node) {
    Map<Integer, Long> bins = new HashMap<>();
    node.properties().forEach(e -> bins.put(Integer.valueOf(e.getKey()), e.getValue().asLong()));
    return bins;
  }

  /** Zero row + bins + overflow = finite values, for every tensor and target of every fixture. */
  @Test
  void everyFiniteValueIsInOneRowOfEachHistogram() {
    int checked = 0;
    for (String fixture : FIXTURES) {
      for (List<Row> tensors : TABLES.get(Table.TENSORS).get(fixture).values()) {
        Row tensor = tensors.get(0);
        if (tensor.getAs("nan") == null) {
          continue;
        }
        long finite =
            tensor.<Long>getAs("elements")
                - tensor.<Long>getAs("nan")
                - tensor.<Long>getAs("pos_inf")
                - tensor.<Long>getAs("neg_inf");
        String name = tensor.getAs("tensor");
        Map<String, Map<Integer, Long>> histograms = histograms(fixture, name);
        for (Row cast : rows(Table.CONVERSIONS, fixture, name)) {
          for (String measure : List.of("absolute", "relative", "ulp")) {
            Map<Integer, Long> bins = histograms.get(cast.getAs("target") + " " + measure);
            long inBins = bins.values().stream().mapToLong(Long::longValue).sum();
            assertThat(inBins + cast.<Long>getAs("overflow")).as(fixture + name).isEqualTo(finite);
            checked++;
          }
        }
      }
    }
    assertThat(checked).isGreaterThan(5000);
  }

  @Test
  void codeCountsSumToTheElements() {
    List<Long> differences = new ArrayList<>();
    for (String fixture : FIXTURES) {
      TABLES
          .get(Table.CODE_COUNTS)
          .get(fixture)
          .forEach(
              (tensor, rows) -> {
                long elements = rows(Table.TENSORS, fixture, tensor).get(0).<Long>getAs("elements");
                for (Row row : rows) {
                  long counted =
                      row.<Long>getList(row.fieldIndex("counts")).stream()
                          .mapToLong(Long::longValue)
                          .sum();
                  differences.add(counted - elements);
                }
              });
    }
    assertThat(differences).hasSizeGreaterThan(400).allMatch(difference -> difference == 0);
  }

  @Test
  void noArrowMemoryIsLeft() {
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }
}
