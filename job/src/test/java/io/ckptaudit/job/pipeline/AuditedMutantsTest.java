package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.audit.Rules;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.Mutants;
import io.ckptaudit.udfs.arrow.ArrowMemory;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.BiFunction;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Row H5 through the whole of an audit: what is left of a mutant is planned, read and judged. */
@Timeout(300)
class AuditedMutantsTest {

  private static final Map<String, BiFunction<byte[], Random, byte[]>> ORIGINALS =
      Map.of(
          "torch-shapes/new-zip.pt", Mutants::torch,
          "torch-shapes/protocol4.pt", Mutants::torch,
          "torch-shapes/legacy.pth", Mutants::torch,
          "all-dtypes/model.safetensors", Mutants::safetensors);

  /** What once did harm; see the README beside them. */
  private static final List<String> KEPT =
      List.of(
          "keys-of-one-hash.pt", "long-name-on-stack.pt", "object-as-key.pt", "one-crc-zeroed.pt");

  @TempDir Path folder;

  @Test
  void fortyMutants() throws IOException {
    audit(20261128, 10);
  }

  @Test
  @Tag("full")
  void fourHundredMutants() throws IOException {
    audit(7, 100);
  }

  /** So many of each original, all in one run. */
  private void audit(long seed, int count) throws IOException {
    Path mutants = Files.createDirectory(folder.resolve("mutants"));
    for (var original : ORIGINALS.entrySet()) {
      byte[] bytes = Files.readAllBytes(Fixtures.path(original.getKey()));
      String name = original.getKey().replace('/', '-');
      for (int i = 0; i < count; i++) {
        byte[] mutant = original.getValue().apply(bytes, new Random(seed + i));
        Files.write(mutants.resolve(seed + i + "-" + name), mutant);
      }
    }
    for (String name : KEPT) {
      try (InputStream kept = AuditedMutantsTest.class.getResourceAsStream("/kept/" + name)) {
        Files.copy(kept, mutants.resolve(name));
      }
    }
    Path report = folder.resolve("report");
    RunVerdict verdict =
        Audits.audits().targets(Target.F16).splitBytes(1024).run(report, mutants + "/*");
    assertThat(verdict.checkpoints()).hasSize(count * ORIGINALS.size() + KEPT.size());
    assertThat(Audits.rows(report, Table.FINDINGS))
        .allSatisfy(AuditedMutantsTest::assertTyped)
        .extracting(row -> row.<String>getAs("rule"))
        .doesNotContain("INCOMPLETE_INTERNAL", "POISON", "TIME_BUDGET", "IO_READ");
    assertThat(Audits.rows(report, Table.FINDINGS))
        .filteredOn(row -> KEPT.contains(String.valueOf(row.<String>getAs("file"))))
        .extracting(row -> row.getAs("file") + " " + row.getAs("rule"))
        .contains("long-name-on-stack.pt PKL_CORRUPT", "one-crc-zeroed.pt PT_CRC");
    List<String> uris = List.of(mutants + "/*");
    assertThat(Checkpoints.open(uris, Storages.local()))
        .isEqualTo(Checkpoints.open(uris, Storages.local()));
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }

  private static void assertTyped(Row finding) {
    assertThat(Rules.named(finding.getAs("rule"))).isPresent();
    assertThat(finding.<String>getAs("message")).contains("; ");
    assertThat(finding.<String>getAs("action")).isNotEmpty();
  }
}
