package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.udfs.arrow.ArrowMemory;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same weights as torch's DCP shares them out and whole: the same figures to the last bit. */
class DcpTwinsTest {
  private static final String WHOLE = "dcp-whole";
  private static final List<String> SLICED = List.of("dcp-sharded", "dcp-sharded-files");

  @TempDir static Path folder;

  @BeforeAll
  static void auditAll() {
    run(WHOLE);
    SLICED.forEach(DcpTwinsTest::run);
  }

  private static void run(String fixture) {
    RunVerdict verdict =
        Audits.audits().run(folder.resolve(fixture), Fixtures.path(fixture).toString());
    assertThat(verdict.exitCode()).as(fixture).isZero();
  }

  @Test
  void theFiguresAreTheSame() {
    Map<String, String> whole = Audits.digests(folder.resolve(WHOLE));
    for (String fixture : SLICED) {
      Map<String, String> sliced = Audits.digests(folder.resolve(fixture));
      for (String table :
          new String[] {
            "code_counts", "conversions", "layers", "layer_conversions", "histograms", "findings"
          }) {
        assertThat(sliced.get(table)).as(table).isNotNull().isEqualTo(whole.get(table));
      }
    }
  }

  private static List<String> column(String fixture, String column) {
    return Audits.rows(folder.resolve(fixture), Table.TENSORS).stream()
        .map(row -> row.getAs("tensor") + " " + row.getAs(column))
        .sorted()
        .toList();
  }

  @Test
  void soAreShapesPlacesOfExtremesAndOrder() {
    for (String fixture : SLICED) {
      for (String column :
          new String[] {
            "shape",
            "dtype",
            "elements",
            "bytes",
            "role",
            "layer",
            "min",
            "max",
            "sum",
            "sum_sq",
            "min_index",
            "max_index",
            "narrowest_exact_dtype",
            "crc32c"
          }) {
        assertThat(column(fixture, column)).isEqualTo(column(WHOLE, column));
      }
    }
  }

  @Test
  void nothingIsWrongWithThem() {
    for (String fixture : SLICED) {
      assertThat(Audits.rows(folder.resolve(fixture), Table.FINDINGS))
          .extracting(row -> row.<String>getAs("severity"))
          .doesNotContain("ERROR", "WARNING");
      assertThat(Audits.rows(folder.resolve(fixture), Table.FILES))
          .extracting(row -> row.<String>getAs("status"))
          .containsOnly("ok");
    }
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }

  private static RunVerdict compare(String left, String right, ComparedValues values, String id)
      throws IOException {
    return new StoredComparison(stored(left), stored(right))
        .withValues(values)
        .run(
            folder.resolve("compared"),
            id,
            values == ComparedValues.NONE
                ? null
                : new ComparedWeights(
                    Storages.local(), open(left), open(right), ReadProgress.NONE));
  }

  private static String stored(String fixture) {
    return folder.resolve(fixture) + "@run/" + fixture;
  }

  private static Checkpoint open(String fixture) throws IOException {
    return Checkpoints.open(List.of(Fixtures.path(fixture).toString()), Storages.local()).get(0);
  }

  private static List<String> statements(String id) {
    return Audits.rows(folder.resolve("compared"), Table.PAIRS).stream()
        .filter(row -> id.equals(row.getAs("run_id")))
        .map(row -> row.<String>getAs("statement"))
        .distinct()
        .sorted()
        .toList();
  }

  @Test
  void storedRunsSayTheSameBits() throws IOException {
    RunVerdict run = compare("dcp-sharded", WHOLE, ComparedValues.NONE, "stored");
    assertThat(run.verdict()).isEqualTo("clean");
    assertThat(run.comparison().sentence())
        .startsWith("RIGHT has LEFT's bits in the same order in all 14 pairs: equal CRC-32C");
    assertThat(statements("stored")).containsExactly("same_bits");
  }

  @Test
  void elementByElementTheyAreInTheSameOrder() throws IOException {
    for (String fixture : SLICED) {
      for (boolean sliceFirst : new boolean[] {true, false}) {
        RunVerdict run =
            sliceFirst
                ? compare(fixture, WHOLE, ComparedValues.ALL, fixture)
                : compare(WHOLE, fixture, ComparedValues.ALL, "from-" + fixture);
        assertThat(run.verdict()).isEqualTo("clean");
        assertThat(run.comparison().sentence())
            .startsWith("RIGHT has LEFT's bits in the same order in all 14 pairs");
      }
    }
  }
}
