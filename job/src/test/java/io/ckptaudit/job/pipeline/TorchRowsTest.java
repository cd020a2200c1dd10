package io.ckptaudit.job.pipeline;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.audit.Rules;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.TorchCases.Case;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.udfs.arrow.ArrowMemory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows T1 to T26 and L1 through one whole audit of all files, each broken one beside sound ones.
 */
class TorchRowsTest {

  private static final List<Case> CASES = TorchCases.all();

  @TempDir static Path folder;

  private static final List<String> URIS = new ArrayList<>();
  private static Map<String, List<Row>> findings;
  private static Map<String, List<Row>> tensors;

  @BeforeAll
  static void auditAll() throws IOException {
    for (int i = 0; i < CASES.size(); i++) {
      write("case-" + i + ".pt", CASES.get(i).bytes());
    }
    write("sound.pt", TorchCases.SOUND);
    write("legacy.pth", TorchCases.LEGACY);
    Path report = folder.resolve("report");
    Audits.audits().run(report, URIS.toArray(String[]::new));
    findings = byFile(Audits.rows(report, Table.FINDINGS));
    tensors = byFile(Audits.rows(report, Table.TENSORS));
  }

  private static void write(String name, byte[] bytes) throws IOException {
    URIS.add(Files.write(folder.resolve(name), bytes).toString());
  }

  private static Map<String, List<Row>> byFile(List<Row> rows) {
    return rows.stream()
        .collect(
            groupingBy(
                row -> {
                  String uri = row.getAs("checkpoint");
                  return uri.substring(uri.lastIndexOf('/') + 1);
                }));
  }

  static List<Case> cases() {
    return CASES;
  }

  private static List<Row> findingsOf(Case row) {
    return findings.getOrDefault("case-" + CASES.indexOf(row) + ".pt", List.of());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsWrongIsFoundWithItsAddress(Case row) {
    assertThat(findingsOf(row))
        .as("%s", findingsOf(row))
        .anySatisfy(
            finding -> {
              assertThat(finding.<String>getAs("rule")).isEqualTo(row.rule());
              assertThat(finding.<String>getAs("message")).contains(row.message()).contains("; ");
              if (row.offset() != null) {
                assertThat(finding.<Long>getAs("byte_offset")).isEqualTo(row.offset());
              }
            });
    assertThat(code(findingsOf(row))).as("%s", findingsOf(row)).isEqualTo(row.code());
  }

  private static int code(List<Row> found) {
    int code = 0;
    for (Row finding : found) {
      if (finding.getAs("severity").equals("ERROR")) {
        boolean incomplete = Rules.named(finding.getAs("rule")).orElseThrow().isIncomplete();
        code = Math.max(code, incomplete ? 12 : 10);
      }
    }
    return code;
  }

  @Test
  void theRepairedTwinsAreSound() {
    for (String twin : List.of("sound.pt", "legacy.pth")) {
      assertThat(findings.getOrDefault(twin, List.of()))
          .extracting(row -> row.<String>getAs("severity"))
          .as(twin)
          .doesNotContain("ERROR", "WARNING");
      assertThat(tensors.get(twin)).singleElement();
      assertThat(tensors.get(twin).get(0).<Double>getAs("sum")).isEqualTo(6.0);
    }
    assertThat(CASES)
        .allMatch(row -> row.twin() == TorchCases.SOUND || row.twin() == TorchCases.LEGACY);
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }

  @Test
  void whatCanBeTrustedIsAuditedAllTheSame() {
    for (Case row : CASES) {
      if (row.row().matches("T1[a-d]|T2[ab]|T3b|T4a|T15.*|T20.*|T22[bc]|T26|L1e")) {
        assertThat(tensors.get("case-" + CASES.indexOf(row) + ".pt")).as(row.row()).isNotEmpty();
      }
    }
  }

  @Test
  void aTensorOfRepeatsIsCountedByItsStorage() {
    for (Case row : CASES) {
      if (row.row().equals("T12a")) {
        Row tensor = tensors.get("case-" + CASES.indexOf(row) + ".pt").get(0);
        assertThat(tensor.<Long>getAs("elements")).isEqualTo(1_000_000_000_000L);
        assertThat(tensor.<Double>getAs("sum")).isEqualTo(1e12);
        assertThat(tensor.<Object>getAs("min_index")).isNull();
        assertThat(tensor.<Object>getAs("crc32c")).isNull();
      }
    }
  }

  @Test
  void openingThemAgainSaysTheSame() throws IOException {
    Storages storages = Storages.local();
    List<Checkpoint> once = Checkpoints.open(URIS, storages);
    List<Checkpoint> again = Checkpoints.open(URIS, storages);
    assertThat(again).isEqualTo(once);
  }
}
