package io.ckptaudit.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;

class CompactRowsTest {

  private static Row histogram(
      String name, String target, Integer bin, Double lower, Double upper, Long count) {
    return RowFactory.create(
        "file:/x", null, "tensor", name, target, "ulp", bin, lower, upper, count);
  }

  @Test
  void everyKindOfValueComesBack() {
    List<Row> rows =
        List.of(
            histogram("a", null, null, null, null, 0L),
            histogram("a", "F16", -149, 0x1p-149, 0x1p-148, Long.MAX_VALUE),
            histogram("a", "F16", -148, -0.0, Double.NaN, Long.MIN_VALUE),
            histogram("ü\u0000\uD83D\uDE00", "F16", Integer.MIN_VALUE, 0.0, 1e308, 1L));
    assertThat(CompactRows.decode(CompactRows.encode(rows), Table.HISTOGRAMS.schema()))
        .isEqualTo(rows);
  }

  @Test
  void listsComeBackAsTheSchemaSays() {
    int[] codes = {0, 1, 65535};
    long[] counts = {Long.MAX_VALUE, 1, 7};
    Row row = RowFactory.create("file:/x", "main", "a", "F32", "cast", codes, counts);
    Row back =
        CompactRows.decode(CompactRows.encode(List.of(row)), Table.CODE_COUNTS.schema()).get(0);
    assertThat(back.<int[]>getAs(5)).isEqualTo(codes);
    assertThat(back.<long[]>getAs(6)).isEqualTo(counts);
  }

  @Test
  void noRowsAreNoRows() {
    assertThat(CompactRows.decode(CompactRows.encode(List.of()), Table.TENSORS.schema())).isEmpty();
  }
}
