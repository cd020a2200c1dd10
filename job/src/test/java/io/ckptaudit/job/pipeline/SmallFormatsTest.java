package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.SafetensorsBytes;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import java.nio.file.Path;
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
      List.of(DType.I8, DType.U16, DType.I64, DType.BOOL, DType.C64);

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
      file.tensor(dtype.name(), dtype.name(), new long[] {3}, new byte[3 * dtype.bits() / 8]);
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
  void everySmallFormatHasItsConversions() {
    List<Row> rows = Audits.rows(folder.resolve("report"), Table.CONVERSIONS);
    for (DType dtype : SMALL) {
      assertThat(rows)
          .filteredOn(row -> row.getAs("tensor").equals(dtype.name()))
          .as(dtype.name())
          .hasSize(4);
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
    for (DType dtype : VALUELESS) {
      Row row = tensors.get(dtype.name());
      assertThat(row.<Long>getAs("elements")).isEqualTo(3);
      assertThat(row.<Object>getAs("max")).isNull();
      assertThat(row.<Object>getAs("distinct_codes")).isNull();
    }
    assertThat(findings)
        .extracting(row -> row.<String>getAs("tensor"))
        .doesNotContainAnyElementsOf(VALUELESS.stream().map(DType::name).toList());
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
