package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.SafetensorsBytes;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A checkpoint with every code of every format of at most 8 bits, 480 times over, read in splits of
 * 1 KiB; beside them what has no statistics, and a dtype nobody knows.
 */
class SmallFormatsTest {

  private static final int TIMES = 480;
  private static final List<DType> SMALL =
      List.of(
          DType.F8_E4M3,
          DType.F8_E5M2,
          DType.F8_E4M3FNUZ,
          DType.F8_E5M2FNUZ,
          DType.F8_E8M0,
          DType.F6_E2M3,
          DType.F6_E3M2,
          DType.F4);
  private static final List<DType> VALUELESS =
      Arrays.stream(DType.values()).filter(dtype -> !dtype.isFloating()).toList();

  /** All columns of figures that {@code tensors} and {@code layers} have. */
  private static final List<String> STATISTICS =
      List.of(
          "nan",
          "pos_inf",
          "neg_inf",
          "zero",
          "subnormal",
          "min",
          "max",
          "abs_max",
          "abs_min_nonzero",
          "mean",
          "stddev",
          "sum",
          "sum_sq",
          "distinct_codes",
          "narrowest_exact_dtype",
          "on_f16_lattice",
          "on_bf16_lattice");

  @TempDir static Path folder;

  private static Map<String, Row> tensors;
  private static List<Row> findings;

  @BeforeAll
  static void audit() {
    SafetensorsBytes file = SafetensorsBytes.file();
    for (DType dtype : SMALL) {
      int elements = TIMES * dtype.format().codes();
      file.tensor(dtype.name(), dtype.name(), new long[] {elements}, packed(dtype, elements));
    }
    for (DType dtype : VALUELESS) {
      byte[] bytes = new byte[3 * dtype.bits() / 8];
      file.tensor("counters." + dtype, dtype.name(), new long[] {3}, bytes);
    }
    file.tensor("odd", "F5_E2M2", new long[] {8}, new byte[5]);
    file.tensor("last", "F4", new long[] {2}, new byte[] {0x21});
    file.write(folder.resolve("model.safetensors"));
    Path report = folder.resolve("report");
    Audits.audits().splitBytes(1024).run(report, folder.resolve("model.safetensors").toString());
    tensors =
        Audits.rows(report, Table.TENSORS).stream()
            .collect(Collectors.toMap(row -> row.getAs("tensor"), Function.identity()));
    findings = Audits.rows(report, Table.FINDINGS);
  }

  /** Code i modulo their number, the lowest bits first. */
  private static byte[] packed(DType dtype, int elements) {
    byte[] bytes = new byte[elements * dtype.bits() / 8];
    for (int bit = 0; bit < 8 * bytes.length; bit++) {
      int code = bit / dtype.bits() % dtype.format().codes();
      bytes[bit / 8] |= (byte) ((code >> bit % dtype.bits() & 1) << bit % 8);
    }
    return bytes;
  }

  @Test
  void everySmallFormatHasItsStatistics() {
    for (DType dtype : SMALL) {
      Row row = tensors.get(dtype.name());
      FloatFormat format = dtype.format();
      assertThat(row.<Long>getAs("elements")).isEqualTo((long) TIMES * format.codes());
      assertThat(row.<Long>getAs("distinct_codes")).isEqualTo(format.codes());
      assertThat(row.<Double>getAs("max")).as(dtype.name()).isEqualTo(format.maxFinite());
      assertThat(row.<Long>getAs("max_index")).isEqualTo(format.maxFiniteCode());
      double min = format.isSigned() ? -format.maxFinite() : format.smallestPositive();
      assertThat(row.<Double>getAs("min")).as(dtype.name()).isEqualTo(min);
    }
    assertThat(tensors.get("last").<Double>getAs("sum")).isEqualTo(1.5);
    assertThat(tensors.get("last").<Long>getAs("max_index")).isEqualTo(1);
  }

  @Test
  void everySmallFormatHasTheFiguresOfAllItsCodes() {
    List<Row> rows = Audits.rows(folder.resolve("report"), Table.CONVERSIONS);
    List<Row> histograms = Audits.rows(folder.resolve("report"), Table.HISTOGRAMS);
    for (DType dtype : SMALL) {
      FloatFormat format = dtype.format();
      BruteRows expected = new BruteRows();
      for (int code = 0; code < format.codes(); code++) {
        expected.add(format, format.decode(code), TIMES);
      }
      expected.assertStatistics(tensors.get(dtype.name()), (long) format.codes());
      expected.assertCasts(
          rows.stream().filter(row -> row.getAs("tensor").equals(dtype.name())).toList());
      expected.assertHistograms(
          histograms.stream()
              .filter(row -> row.getAs("scope").equals("tensor"))
              .filter(row -> row.getAs("name").equals(dtype.name()))
              .toList());
    }
    Row toF16 =
        rows.stream()
            .filter(row -> row.getAs("tensor").equals("F8_E8M0"))
            .filter(row -> row.getAs("target").equals("F16"))
            .findFirst()
            .orElseThrow();
    assertThat(toF16.<Long>getAs("overflow")).as("2^16 to 2^127").isEqualTo(112L * TIMES);
    assertThat(toF16.<Long>getAs("underflow")).as("2^-127 to 2^-25").isEqualTo(103L * TIMES);
  }

  @Test
  void whatHasNoStatisticsIsNoFault() {
    assertThat(VALUELESS).hasSize(10);
    long bytes = 0;
    for (DType dtype : VALUELESS) {
      Row row = tensors.get("counters." + dtype);
      assertThat(row.<String>getAs("dtype")).isEqualTo(dtype.name());
      assertThat(row.<Long>getAs("elements")).isEqualTo(3);
      assertThat(row.<Long>getAs("bytes")).isEqualTo(3L * dtype.bits() / 8);
      assertThat(row.<Long>getAs("crc32c")).as("the bytes are read").isNotNull();
      assertNoStatistics(row);
      bytes += row.<Long>getAs("bytes");
    }
    Row layer = layer("counters");
    assertThat(layer.<Long>getAs("tensors")).isEqualTo(10);
    assertThat(layer.<Long>getAs("elements")).isEqualTo(30);
    assertThat(layer.<Long>getAs("bytes")).isEqualTo(bytes);
    assertNoStatistics(layer);
    assertThat(findings)
        .extracting(row -> row.<String>getAs("tensor"))
        .noneMatch(tensor -> tensor != null && tensor.startsWith("counters."));
  }

  private static void assertNoStatistics(Row row) {
    for (String column : STATISTICS) {
      assertThat(row.<Object>getAs(column)).as(column + " of " + row).isNull();
    }
  }

  private static Row layer(String name) {
    return Audits.rows(folder.resolve("report"), Table.LAYERS).stream()
        .filter(row -> row.getAs("layer").equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatHasNoStatisticsHasNoRowsOfFigures() {
    for (Table table : List.of(Table.CONVERSIONS, Table.CODE_COUNTS)) {
      assertThat(Audits.rows(folder.resolve("report"), table))
          .noneMatch(row -> row.<String>getAs("tensor").startsWith("counters"));
    }
    assertThat(Audits.rows(folder.resolve("report"), Table.LAYER_CONVERSIONS))
        .noneMatch(row -> row.getAs("layer").equals("counters"));
    assertThat(Audits.rows(folder.resolve("report"), Table.HISTOGRAMS))
        .noneMatch(row -> row.<String>getAs("name").startsWith("counters"));
  }

  @Test
  void anUnknownDtypeIsAFindingAndItsBytesAreSkipped() {
    assertThat(findings)
        .filteredOn(row -> "odd".equals(row.getAs("tensor")))
        .extracting(row -> row.<String>getAs("rule"))
        .containsExactly("ST_DTYPE");
    assertThat(findings)
        .extracting(row -> row.<String>getAs("message"))
        .anyMatch(message -> message.contains("dtype 'F5_E2M2' is unknown: its bytes are skipped"));
    assertThat(tensors).doesNotContainKey("odd");
  }
}
