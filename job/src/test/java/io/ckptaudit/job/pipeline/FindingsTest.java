package io.ckptaudit.job.pipeline;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.udfs.number.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is found in the story's checkpoints, and that nothing is found where nothing is wrong. */
class FindingsTest {

  private static final String BROKEN = "model.layers.0.";

  private static final List<String> FIXTURES =
      List.of("llama-hf-fp16-then-bf16", "llama-hf-fp16", "all-dtypes");

  @TempDir static Path folder;

  private static List<Row> all;

  @BeforeAll
  static void auditAll() {
    String[] uris =
        Stream.of(FIXTURES.stream(), brokenFixtures(), cleanFixtures())
            .flatMap(names -> names)
            .map(name -> Fixtures.path(name).toString())
            .toArray(String[]::new);
    Audits.audits().run(folder.resolve("all"), uris);
    all = Audits.rows(folder.resolve("all"), Table.FINDINGS);
  }

  private static List<Row> findings(String fixture) {
    return all.stream()
        .filter(row -> row.<String>getAs("checkpoint").endsWith("/" + fixture))
        .toList();
  }

  private static List<String> rulesAboveInfo(List<Row> findings) {
    return findings.stream()
        .filter(row -> !row.getAs("severity").equals("INFO"))
        .map(row -> row.<String>getAs("rule"))
        .sorted()
        .collect(Collectors.toList());
  }

  @Test
  void theRoundTripIsFoundOut() {
    List<Row> findings = findings("llama-hf-fp16-then-bf16");
    assertThat(rulesAboveInfo(findings)).containsExactly("DTYPE_DECLARED", "PASSED_THROUGH_F16");
    assertThat(findings)
        .extracting(row -> row.<String>getAs("message"))
        .contains(
            "config.json declares float16, but all 178,624 values are stored as BF16; correct"
                + " the declared dtype in config.json, or ask how the weights were cast");
  }

  @Test
  void theMirrorCameFromBf16() {
    assertThat(rulesAboveInfo(findings("llama-hf-fp16"))).containsExactly("PASSED_THROUGH_BF16");
  }

  /** Originals, what was cast from them once, and what was made on purpose. */
  static Stream<String> cleanFixtures() {
    return Stream.of(
        "gradients",
        "llama-fp32-master",
        "llama-fp32-master-to-bf16",
        "llama-fp32-master-to-fp16",
        "llama-hf-bf16",
        "llama-hf-bin",
        "llama-hf-fp32-upcast",
        "llama-meta",
        "llama-wide-bf16",
        "torch-shapes/legacy.pth",
        "torch-shapes/nested.ckpt",
        "torch-shapes/new-zip.pt",
        "torch-shapes/state-dict.pth",
        "training/step-1000",
        "transformers-bf16");
  }

  @ParameterizedTest
  @MethodSource("cleanFixtures")
  void nothingIsFoundWhereNothingIsWrong(String fixture) {
    assertThat(findings(fixture))
        .filteredOn(row -> !row.getAs("severity").equals("INFO"))
        .extracting(row -> row.<String>getAs("message"))
        .isEmpty();
  }

  static Stream<String> brokenFixtures() {
    return Stream.of("llama-hf-broken-bf16", "llama-hf-broken-fp32");
  }

  @ParameterizedTest
  @MethodSource("brokenFixtures")
  void plantedFaultsAreNamed(String fixture) {
    Map<String, String> byTensor =
        findings(fixture).stream()
            .filter(row -> !row.getAs("severity").equals("INFO"))
            .collect(toMap(row -> row.getAs("tensor"), row -> row.getAs("rule")));
    assertThat(byTensor)
        .containsOnly(
            Map.entry(BROKEN + "mlp.down_proj.weight", "NON_FINITE"),
            Map.entry("model.layers.1.mlp.down_proj.weight", "ALL_ZERO_MATRIX"),
            Map.entry(BROKEN + "self_attn.v_proj.weight", "CONSTANT_MATRIX"));
  }

  @ParameterizedTest
  @MethodSource("brokenFixtures")
  void theFirstPlantedNaNIsNamed(String fixture) {
    assertThat(findings(fixture))
        .filteredOn(row -> row.getAs("rule").equals("NON_FINITE"))
        .extracting(row -> row.<String>getAs("evidence"))
        .containsExactly(
            "{\"nan\":1,\"pos_inf\":1,\"neg_inf\":1,\"elements\":10240,\"first_index\":5}");
  }

  @Test
  void wastedBytesOfAnUpcastAreCounted() {
    assertThat(findings("llama-hf-fp32-upcast"))
        .filteredOn(row -> row.getAs("rule").equals("WIDER_THAN_NEEDED"))
        .extracting(row -> row.<String>getAs("message"), row -> row.<String>getAs("evidence"))
        .containsExactly(
            tuple(
                "30 tensors stored as F32 hold only values of BF16: 357,248 bytes (50.0%) say"
                    + " nothing; store the tensors narrower, or look for the original if more bits"
                    + " were promised",
                "{\"stored\":\"F32\",\"narrowest\":\"BF16\",\"tensors\":30,"
                    + "\"bytes_wasted\":357248,\"share\":0.5}"));
  }

  @ParameterizedTest
  @MethodSource("brokenFixtures")
  void plantedOutliersAndTinyValuesAreNamedByTheWhatIfCasts(String fixture) {
    assertThat(whatIf(fixture, "OVERFLOW_TARGET", "F16"))
        .contains("\"worst\":{\"" + BROKEN + "self_attn.q_proj.weight\":");
    assertThat(whatIf(fixture, "UNDERFLOW_TARGET", "F16"))
        .contains("\"worst\":{\"model.layers.1.mlp.up_proj.weight\":");
  }

  private static String whatIf(String fixture, String rule, String target) {
    return findings(fixture).stream()
        .filter(row -> row.getAs("rule").equals(rule))
        .map(row -> row.<String>getAs("evidence"))
        .filter(evidence -> evidence.startsWith("{\"target\":\"" + target + "\""))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aRequiredTargetMustNotOverflow() {
    Path report = folder.resolve("required");
    Audits.audits()
        .required(Target.F16)
        .run(report, Fixtures.path("llama-hf-broken-bf16").toString());
    List<Row> findings =
        Audits.rows(report, Table.FINDINGS).stream()
            .filter(row -> row.getAs("rule").equals("OVERFLOW_REQUIRED"))
            .toList();
    assertThat(findings).hasSize(1);
    Row row = findings.get(0);
    assertThat(row.<String>getAs("tensor")).isEqualTo(BROKEN + "self_attn.q_proj.weight");
    assertThat(row.<String>getAs("severity")).isEqualTo("ERROR");
    assertThat(row.<String>getAs("file")).isEqualTo("model-00001-of-00004.safetensors");
    assertThat(row.<String>getAs("message"))
        .isEqualTo(
            "5 values beyond the largest finite F16 in tensor '"
                + BROKEN
                + "self_attn.q_proj.weight' of model-00001-of-00004.safetensors at byte "
                + row.<Long>getAs("byte_offset")
                + "; do not convert this tensor to the required target unscaled");
    assertThat(row.<String>getAs("evidence")).isEqualTo("{\"target\":\"F16\",\"overflow\":5}");
  }

  /** It has what is special in each dtype, NaN and infinities among it. */
  @Test
  void valuesOfEveryKindAreNotFiniteAtWorst() {
    assertThat(rulesAboveInfo(findings("all-dtypes"))).containsOnly("NON_FINITE");
  }

  @Test
  void whatIfTargetsOnlyInform() {
    assertThat(findings("llama-wide-bf16"))
        .filteredOn(row -> row.getAs("rule").equals("OVERFLOW_TARGET"))
        .extracting(row -> row.<String>getAs("severity"))
        .containsExactly("INFO", "INFO", "INFO");
  }
}
