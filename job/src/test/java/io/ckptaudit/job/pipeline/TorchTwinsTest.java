package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.udfs.arrow.ArrowMemory;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same weights as PyTorch files and as safetensors: the same figures to the last bit. */
class TorchTwinsTest {

  @TempDir static Path folder;

  private static RunVerdict verdict;

  @BeforeAll
  static void auditBoth() {
    verdict =
        Audits.audits().run(folder.resolve("torch"), Fixtures.path("llama-hf-bin").toString());
    Audits.audits().run(folder.resolve("safe"), Fixtures.path("llama-hf-bf16").toString());
  }

  @Test
  void theFiguresAreTheSame() {
    Map<String, String> torch = Audits.digests(folder.resolve("torch"));
    Map<String, String> safe = Audits.digests(folder.resolve("safe"));
    for (String table : new String[] {"code_counts", "conversions", "layers", "histograms"}) {
      assertThat(torch.get(table)).as(table).isNotNull().isEqualTo(safe.get(table));
    }
  }

  @Test
  void soAreOrderAndExtremesOfEveryTensor() {
    for (String column : new String[] {"crc32c", "min_index", "max_index", "shape"}) {
      assertThat(Audits.rows(folder.resolve("torch"), Table.TENSORS))
          .extracting(row -> row.getAs("tensor") + " " + row.getAs(column))
          .containsExactlyInAnyOrderElementsOf(
              Audits.rows(folder.resolve("safe"), Table.TENSORS).stream()
                  .map(row -> row.getAs("tensor") + " " + row.getAs(column))
                  .toList());
    }
  }

  @Test
  void nothingIsWrongWithThem() {
    assertThat(verdict.exitCode()).isZero();
    assertThat(Audits.rows(folder.resolve("torch"), Table.FINDINGS))
        .extracting(row -> row.<String>getAs("severity"))
        .doesNotContain("ERROR", "WARNING");
    assertThat(Audits.rows(folder.resolve("torch"), Table.FILES))
        .extracting(TorchTwinsTest::status)
        .containsOnly("ok");
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }

  private static String status(Row row) {
    return row.getAs("status");
  }
}
