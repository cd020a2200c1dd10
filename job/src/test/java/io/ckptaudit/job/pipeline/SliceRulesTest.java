package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ckptaudit.job.audit.Rules;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.SafetensorsBytes;
import io.ckptaudit.udfs.number.FloatFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of embeddings and experts of fused tensors: planted faults, and clean twins of them. */
class SliceRulesTest {

  private static final String EMBED = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";
  private static final String EXPERTS = "model.layers.0.mlp.experts.";

  /** Elements of a row, and of an expert; cuts go through them. */
  private static final int ROW = 20;

  private static final int EXPERT = 240;

  @TempDir static Path folder;

  private static List<Row> faulty;
  private static List<Row> clean;
  private static List<Row> cutFinely;

  /** Normal values of a deviation that is that of their slice. */
  private static byte[] values(
      FloatFormat format, int elements, int slice, LongFunction<Double> deviation) {
    Random random = new Random(11);
    int width = format.bits() / Byte.SIZE;
    ByteBuffer bytes = ByteBuffer.allocate(width * elements).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < elements; i++) {
      long code = format.round(deviation.apply(i / slice) * random.nextGaussian());
      if (width == Short.BYTES) {
        bytes.putShort((short) code);
      } else {
        bytes.putInt((int) code);
      }
    }
    return bytes.array();
  }

  private static void write(
      String name,
      LongFunction<Double> rows,
      LongFunction<Double> experts,
      LongFunction<Double> head)
      throws IOException {
    byte[] heads = values(FloatFormat.F16, 40 * ROW, ROW, head);
    if (name.equals("faulty")) {
      ByteBuffer.wrap(heads).order(ByteOrder.LITTLE_ENDIAN).putShort(2 * 333, (short) 0xFC00);
    }
    Files.createDirectories(folder.resolve(name));
    SafetensorsBytes.file()
        .tensor(EMBED, "F32", new long[] {40, ROW}, values(FloatFormat.F32, 40 * ROW, ROW, rows))
        .tensor(HEAD, "F16", new long[] {40, ROW}, heads)
        .tensor(
            EXPERTS + "gate_up_proj",
            "BF16",
            new long[] {8, 4, 60},
            values(FloatFormat.BF16, 8 * EXPERT, EXPERT, experts))
        .tensor(
            EXPERTS + "down_proj",
            "BF16",
            new long[] {8, 60, 4},
            values(FloatFormat.BF16, 8 * EXPERT, EXPERT, i -> 0.02))
        .write(folder.resolve(name).resolve("model.safetensors"));
  }

  @BeforeAll
  static void audit() throws IOException {
    write(
        "faulty",
        row -> row == 0 || row == 3 ? 0 : row == 5 ? 1e-12 : row == 9 || row == 11 ? 1e4 : 0.02,
        expert -> expert == 5 ? 0 : expert == 7 ? 1e-9 : 0.02,
        row -> 0.02);
    write("clean", row -> row == 9 ? 0.2 : 0.02, expert -> expert == 5 ? 1e-3 : 0.02, row -> 0.02);
    Audits.audits().run(folder.resolve("whole"), uri("faulty"), uri("clean"));
    List<Row> all = Audits.rows(folder.resolve("whole"), Table.FINDINGS);
    faulty = of("faulty", all);
    clean = of("clean", all);
    Audits.audits().splitBytes(1024).run(folder.resolve("cut"), uri("faulty"));
    cutFinely = Audits.rows(folder.resolve("cut"), Table.FINDINGS);
  }

  private static String uri(String name) {
    return folder.resolve(name).toString();
  }

  private static List<Row> of(String name, List<Row> all) {
    return all.stream().filter(row -> row.<String>getAs("checkpoint").endsWith(name)).toList();
  }

  private static List<Row> found(String rule) {
    return faulty.stream().filter(row -> row.getAs("rule").equals(rule)).toList();
  }

  private static byte[] file() throws IOException {
    return Files.readAllBytes(folder.resolve("faulty").resolve("model.safetensors"));
  }

  private static JsonNode evidence(Row row) throws IOException {
    return new ObjectMapper().readTree(row.<String>getAs("evidence"));
  }

  @Test
  void cleanTwinsStaySilent() {
    assertThat(clean)
        .filteredOn(
            row ->
                !row.getAs("severity").equals("INFO")
                    || row.<String>getAs("rule").startsWith("EMBEDDING"))
        .extracting(row -> row.<String>getAs("message"))
        .isEmpty();
  }

  @Test
  void everyFaultIsNamedAndNoOther() {
    assertThat(faulty)
        .filteredOn(row -> !row.getAs("severity").equals("INFO"))
        .extracting(row -> row.getAs("rule") + " " + row.getAs("tensor"))
        .containsExactlyInAnyOrder(
            "EMBEDDING_ROWS_FAR " + EMBED,
            "DEAD_EXPERT " + EXPERTS + "gate_up_proj",
            "DEAD_EXPERT " + EXPERTS + "gate_up_proj",
            "NON_FINITE " + HEAD);
    assertThat(found("EMBEDDING_ROWS_EMPTY")).hasSize(1);
  }

  @Test
  void cutsThroughRowsAndExpertsChangeNothing() {
    assertThat(cutFinely)
        .extracting(row -> row.mkString("|"))
        .containsExactlyElementsOf(faulty.stream().map(row -> row.mkString("|")).toList())
        .hasSizeGreaterThan(5);
  }

  @Test
  void emptyRowsAreNumberedAndHaveTheirOffsets() throws IOException {
    Row row = found("EMBEDDING_ROWS_EMPTY").get(0);
    JsonNode evidence = evidence(row);
    assertThat(evidence.get("zero_rows").intValue()).isEqualTo(2);
    assertThat(evidence.get("tiny_rows").intValue()).isEqualTo(1);
    assertThat(evidence.get("rows").intValue()).isEqualTo(40);
    List<String> rows = new ArrayList<>();
    evidence.get("offsets").fieldNames().forEachRemaining(rows::add);
    assertThat(rows).containsExactly("0", "3", "5");
    long first = row.getAs("byte_offset");
    assertThat(evidence.get("offsets").get("0").longValue()).isEqualTo(first);
    assertThat(evidence.get("offsets").get("3").longValue()).isEqualTo(first + 3 * 4 * ROW);
    assertThat(row.<String>getAs("message"))
        .isEqualTo(
            "2 of 40 rows are zero and 1 more next to zero, where the median row has values up to "
                + evidence.get("median").asText()
                + ", the first row 0 in tensor '"
                + EMBED
                + "' of model.safetensors at byte "
                + first
                + "; nothing, if nobody uses these tokens; else initialise their rows before a"
                + " fine-tuning");
  }

  @Test
  void farRowsAreNumberedAndHaveTheirOffsets() throws IOException {
    Row row = found("EMBEDDING_ROWS_FAR").get(0);
    JsonNode evidence = evidence(row);
    assertThat(evidence.get("far_rows").intValue()).isEqualTo(2);
    assertThat(evidence.get("offsets").toString())
        .isEqualTo(
            "{\"9\":%d,\"11\":%d}"
                .formatted(
                    row.<Long>getAs("byte_offset"), row.<Long>getAs("byte_offset") + 2 * 4 * ROW));
    assertThat(row.<String>getAs("message"))
        .startsWith("2 of 40 rows have values up to " + evidence.get("largest").asText())
        .contains(
            ", where the median row has up to " + evidence.get("median").asText() + ", the first",
            " row 9 in tensor '" + EMBED + "' of model.safetensors at byte ")
        .endsWith(
            "; compare these rows with the original; tokens added later may need to be initialised"
                + " again");
  }

  @Test
  void deadExpertsOfAFusedTensorAreNumberedAndHaveTheirOffsets() throws IOException {
    List<Row> dead = found("DEAD_EXPERT");
    assertThat(evidence(dead.get(0)).get("expert").intValue()).isEqualTo(5);
    assertThat(evidence(dead.get(0)).get("abs_max").doubleValue()).isZero();
    assertThat(evidence(dead.get(1)).get("expert").intValue()).isEqualTo(7);
    assertThat(dead.get(1).<Long>getAs("byte_offset"))
        .isEqualTo(dead.get(0).<Long>getAs("byte_offset") + 2 * 2 * EXPERT);
    assertThat(dead.get(0).<String>getAs("message"))
        .startsWith("The largest magnitude in expert 5 is 0.0, and the median of its 8 siblings'")
        .endsWith(
            " in tensor '"
                + EXPERTS
                + "gate_up_proj' of model.safetensors at byte "
                + dead.get(0).<Long>getAs("byte_offset")
                + "; check that the expert was written and trained");
  }

  @Test
  void theFirstValueThatIsNotFiniteIsWhereTheOffsetSays() throws IOException {
    Row row = found("NON_FINITE").get(0);
    int offset = Math.toIntExact(row.<Long>getAs("byte_offset"));
    assertThat(ByteBuffer.wrap(file()).order(ByteOrder.LITTLE_ENDIAN).getShort(offset))
        .isEqualTo((short) 0xFC00);
    assertThat(row.<String>getAs("evidence"))
        .isEqualTo("{\"nan\":0,\"pos_inf\":0,\"neg_inf\":1,\"elements\":800,\"first_index\":333}");
    assertThat(row.<String>getAs("message"))
        .isEqualTo(
            "1 value not finite (0 NaN, 0 +Inf, 1 -Inf), the first at index 333 in tensor '"
                + HEAD
                + "' of model.safetensors at byte "
                + offset
                + "; restore the tensor from the original, or find the step that broke it");
  }

  @Test
  void evidenceHasTheKeysOfTheTable() throws IOException {
    for (Row row : faulty) {
      List<String> keys = new ArrayList<>();
      evidence(row).fieldNames().forEachRemaining(keys::add);
      assertThat(keys)
          .as(row.<String>getAs("rule"))
          .isEqualTo(
              Rules.named(row.getAs("rule")).orElseThrow().evidence().stream()
                  .map(key -> key.replace("?", ""))
                  .toList());
    }
  }
}
