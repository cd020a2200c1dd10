package io.ckptaudit.job.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

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
    byte[] block = CompactRows.encode(Table.HISTOGRAMS, rows);
    assertThat(CompactRows.decode(Table.HISTOGRAMS, block, "file:/x", null)).isEqualTo(rows);
  }

  @Test
  void listsComeBackAsTheSchemaSays() {
    int[] codes = {0, 1, 65535};
    long[] counts = {Long.MAX_VALUE, 1, 7};
    Row row = RowFactory.create("file:/x", "main", "a", "F32", "cast", codes, counts);
    byte[] block = CompactRows.encode(Table.CODE_COUNTS, List.of(row));
    Row back = CompactRows.decode(Table.CODE_COUNTS, block, "file:/x", "main").get(0);
    assertThat(back.<int[]>getAs(5)).isEqualTo(codes);
    assertThat(back.<long[]>getAs(6)).isEqualTo(counts);
  }

  @Test
  void noRowsAreNoRows() {
    byte[] block = CompactRows.encode(Table.TENSORS, List.of());
    assertThat(CompactRows.decode(Table.TENSORS, block, "file:/x", null)).isEmpty();
  }

  @Test
  void equalBlocksAreEqualBytesInAnyOrderOfRowsAndFromAnyPlace() {
    Row magnitude = histogram("a", null, null, 0.0, 0.0, 3L);
    Row first = histogram("a", "BF16", -2, 0.25, 0.5, 3L);
    Row second = histogram("a", "BF16", 1, 2.0, 4.0, 3L);
    Row elsewhere =
        RowFactory.create("s3a://b", "v2", "tensor", "a", "BF16", "ulp", 1, 2.0, 4.0, 3L);
    byte[] block = CompactRows.encode(Table.HISTOGRAMS, List.of(magnitude, first, second));
    assertThat(CompactRows.encode(Table.HISTOGRAMS, List.of(elsewhere, magnitude, first)))
        .isEqualTo(block);
    assertThat(CompactRows.decode(Table.HISTOGRAMS, block, "file:/x", null))
        .containsExactly(magnitude, first, second);
  }

  /** What is read back from Parquet has sequences of Scala where ours has arrays. */
  @Test
  void listsOfSparkAreTheSameBytes() {
    Row ours = codes(new int[] {1, 2}, new long[] {3, 4});
    Row read =
        codes(
            CollectionConverters.asScala(List.of(1, 2)).toSeq(),
            CollectionConverters.asScala(List.of(3L, 4L)).toSeq());
    byte[] block = CompactRows.encode(Table.CODE_COUNTS, List.of(ours, ours));
    assertThat(CompactRows.encode(Table.CODE_COUNTS, List.of(read, read))).isEqualTo(block);
  }

  private static Row codes(Object codes, Object counts) {
    return RowFactory.create("file:/x", null, "a", "BF16", "source", codes, counts);
  }
}
