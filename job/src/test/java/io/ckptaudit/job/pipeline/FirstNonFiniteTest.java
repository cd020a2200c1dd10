package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.MetaModel;
import io.ckptaudit.job.testing.TorchBytes;
import io.ckptaudit.job.testing.ZipBytes;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where the first value that is not finite is, in tensors of all layouts; or that nobody knows. */
class FirstNonFiniteTest {

  private static final short NAN = 0x7FC0;
  private static final int FAR = 70_000;

  @TempDir static Path folder;

  private static ZipBytes views;
  private static RunVerdict verdict;
  private static List<Row> found;

  @BeforeAll
  static void audit() throws IOException {
    views = views();
    Files.write(folder.resolve("views.pt"), views.bytes());
    ranks("whole");
    ranks("gap");
    Files.delete(folder.resolve("gap").resolve(MetaModel.file(1)));
    verdict =
        Audits.audits()
            .targets(Target.F16)
            .run(folder.resolve("report"), uri("views.pt"), uri("whole"), uri("gap"));
    found =
        Audits.rows(folder.resolve("report"), Table.FINDINGS).stream()
            .filter(row -> row.getAs("rule").equals("NON_FINITE"))
            .toList();
  }

  private static String uri(String name) {
    return folder.resolve(name).toString();
  }

  /** Ten rows of a hundred and NaN in the first column of the fourth, seen in several ways. */
  private static ZipBytes views() {
    byte[] wide = TorchBytes.floats(1000);
    little(wide).putFloat(4 * 300, Float.NaN);
    byte[] far = TorchBytes.floats(2 * FAR);
    little(far).putFloat(4 * (FAR + 2), Float.NEGATIVE_INFINITY);
    byte[] codes = new byte[2 * 1000];
    little(codes).putShort(2 * 300, NAN);
    return TorchBytes.zip(
        TorchBytes.dict(
            p -> {
              p.text("columns").tensor("FloatStorage", "0", 1000, 0, of(10, 6), of(100, 1));
              p.text("every_other").tensor("FloatStorage", "0", 1000, 0, of(10, 50), of(100, 2));
              p.text("turned").tensor("FloatStorage", "0", 1000, 0, of(100, 10), of(1, 100));
              p.text("far").tensor("FloatStorage", "1", 2 * FAR, 0, of(2, 3), of(FAR, 1));
              p.text("codes").tensor("BFloat16Storage", "2", 1000, 0, of(10, 6), of(100, 1));
              p.text("again").tensor("BFloat16Storage", "2", 1000, 0, of(3, 1000), of(0, 1));
              p.text("stacked").tensor("BFloat16Storage", "2", 1000, 0, of(9, 200), of(100, 1));
            }),
        wide,
        far,
        codes);
  }

  private static ByteBuffer little(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static long[] of(long... numbers) {
    return numbers;
  }

  /**
   * Three ranks; element [3, 2] of what is cut along columns is NaN, and one of a layout of its
   * own.
   */
  private static void ranks(String name) throws IOException {
    MetaModel model = MetaModel.ofRanks(3);
    short[] cut = model.codes("layers.0.attention.wo.weight").clone();
    cut[3 * 6 + 2] = NAN;
    model.add("layers.0.attention.wo.weight", 1, of(6, 6), cut);
    model.add("adapter.weight", 0, of(3, 2), (short) 1, (short) 2, (short) 3, NAN, NAN, (short) 4);
    model.write(folder.resolve(name));
  }

  private static Row row(String checkpoint, String tensor) {
    List<Row> rows =
        found.stream()
            .filter(row -> row.<String>getAs("checkpoint").endsWith("/" + checkpoint))
            .filter(row -> row.getAs("tensor").equals(tensor))
            .toList();
    assertThat(rows).as(checkpoint + " " + tensor).hasSize(1);
    return rows.get(0);
  }

  private static void assertPlaced(Row row, long index, long offset) {
    assertThat(row.<Long>getAs("byte_offset")).isEqualTo(offset);
    assertThat(row.<String>getAs("evidence")).endsWith(",\"first_index\":" + index + "}");
    assertThat(row.<String>getAs("message"))
        .contains(", the first at index " + index + " in tensor '" + row.getAs("tensor") + "' of ")
        .contains(" at byte " + offset + "; restore the tensor from the original");
  }

  private static void assertSomewhere(Row row, long begin) {
    assertThat(row.<Long>getAs("byte_offset")).isEqualTo(begin);
    assertThat(row.<String>getAs("evidence")).doesNotContain("first_index");
    assertThat(row.<String>getAs("message"))
        .contains("), at places that are not known in tensor '" + row.getAs("tensor") + "' of ")
        .contains(" at byte " + begin + "; restore the tensor from the original");
  }

  private static long storage(int number) {
    return views.dataOffset("archive/data/" + number);
  }

  @Test
  void ofRowsThatAreApartItIsInTheRightRow() {
    assertPlaced(row("views.pt", "columns"), 3 * 6, storage(0) + 4 * 300);
    assertPlaced(row("views.pt", "every_other"), 3 * 50, storage(0) + 4 * 300);
    assertPlaced(row("views.pt", "codes"), 3 * 6, storage(2) + 2 * 300);
    assertPlaced(row("views.pt", "far"), 5, storage(1) + 4 * (FAR + 2));
  }

  @Test
  void ofTensorsInAnotherOrderTheTensorIsNamed() {
    assertSomewhere(row("views.pt", "turned"), storage(0));
    assertSomewhere(row("views.pt", "again"), storage(2));
    assertSomewhere(row("views.pt", "stacked"), storage(2));
    assertThat(row("views.pt", "again").<String>getAs("message"))
        .isEqualTo(
            "3 values not finite (3 NaN, 0 +Inf, 0 -Inf), at places that are not known in tensor"
                + " 'again' of views.pt at byte "
                + storage(2)
                + "; restore the tensor from the original, or find the step that broke it");
  }

  @Test
  void ofPartsOfRanksItIsInTheRightPart() throws IOException {
    Row row = row("whole", "layers.0.attention.wo.weight");
    long begin = offset(1, "layers.0.attention.wo.weight");
    assertThat(row.<String>getAs("file")).isEqualTo(MetaModel.file(1));
    assertPlaced(row, 3 * 6 + 2, begin + 2 * (3 * 2));
    assertSomewhere(row("whole", "adapter.weight"), offset(0, "adapter.weight"));
  }

  @Test
  void whereARankIsMissingTheTensorIsNamed() throws IOException {
    assertThat(found)
        .filteredOn(row -> row.<String>getAs("checkpoint").endsWith("/gap"))
        .extracting(row -> row.<String>getAs("tensor"))
        .containsExactly("adapter.weight");
    assertSomewhere(row("gap", "adapter.weight"), offset(0, "adapter.weight"));
  }

  /** The bytes of all tensors of a model are of one length, so those of another model will do. */
  private static long offset(int rank, String tensor) throws IOException {
    MetaModel model = MetaModel.ofRanks(3);
    model.add("adapter.weight", 0, 3, 2);
    return model.rank(rank).offsets().get(tensor);
  }

  @Test
  void theRunIsWhole() {
    assertThat(verdict.exitCode()).isEqualTo(10);
    assertThat(verdict.checkpoints()).hasSize(3);
  }
}
