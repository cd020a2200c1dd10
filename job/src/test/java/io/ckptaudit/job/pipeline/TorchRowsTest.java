package io.ckptaudit.job.pipeline;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.torch.TorchReader;
import io.ckptaudit.job.container.HeldBytes;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.CpuTime;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.udfs.arrow.ArrowMemory;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Rows T1 to T26 and L1: all broken files through one whole audit, and all repaired through
 * another.
 */
class TorchRowsTest {

  private static final List<TorchCase> CASES = TorchCase.all();

  @TempDir static Path folder;

  private static final List<String> URIS = new ArrayList<>();
  private static Map<String, List<Row>> findings;
  private static Map<String, List<Row>> tensors;

  @BeforeAll
  static void auditAll() throws IOException {
    for (int i = 0; i < CASES.size(); i++) {
      URIS.add(write("case-" + i + ".pt", CASES.get(i).bytes()));
    }
    Path report = folder.resolve("report");
    Audits.audits().run(report, URIS.toArray(String[]::new));
    findings = byFile(Audits.rows(report, Table.FINDINGS));
    tensors = byFile(Audits.rows(report, Table.TENSORS));
  }

  private static String write(String name, byte[] bytes) throws IOException {
    return Files.write(folder.resolve(name), bytes).toString();
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

  static List<TorchCase> cases() {
    return CASES;
  }

  private static List<Row> findingsOf(TorchCase row) {
    return findings.getOrDefault("case-" + CASES.indexOf(row) + ".pt", List.of());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsWrongIsFoundWithItsAddress(TorchCase row) {
    List<Row> graver = new ArrayList<>(findingsOf(row));
    for (TorchCase.Expected expected : row.findings()) {
      Row found = graver.stream().filter(finding -> is(finding, expected)).findFirst().orElse(null);
      assertThat(found).as("%s in %s", expected, graver).isNotNull();
      assertThat(found.<String>getAs("message")).contains("; ");
      graver.remove(found);
    }
    assertThat(graver).allMatch(finding -> finding.getAs("severity").equals("INFO"));
  }

  private static boolean is(Row finding, TorchCase.Expected expected) {
    return expected.rule().equals(finding.getAs("rule"))
        && Objects.equals(expected.offset(), finding.<Long>getAs("byte_offset"))
        && finding.<String>getAs("message").contains(expected.message());
  }

  /** Of the command, or where the values matter of a whole audit of the file alone. */
  @ParameterizedTest
  @MethodSource("cases")
  void theExitCodeIsThatOfTheCommand(TorchCase row) {
    String uri = URIS.get(CASES.indexOf(row));
    int code =
        row.ofValues()
            ? Audits.audits().targets(Target.F16).run(folder.resolve(row.row()), uri).exitCode()
            : InProcess.run("audit", "--dry-run", uri).exitCode();
    assertThat(code).isEqualTo(row.code());
  }

  @ParameterizedTest
  @MethodSource("bombs")
  void bombsAreRefusedWithinASecond(TorchCase row) throws Exception {
    HeldBytes file = new HeldBytes(row.bytes());
    ShardHeader header = CpuTime.within(1, () -> TorchReader.header(file, "bomb.pt"));
    assertThat(header.problems()).isNotEmpty();
  }

  static List<TorchCase> bombs() {
    return CASES.stream().filter(row -> row.row().startsWith("T7")).toList();
  }

  /** Each file repaired, all of them in one audit, and those that are the same bytes once. */
  @Test
  void theRepairedTwinsAreSound() throws IOException {
    Map<ByteBuffer, String> twins = new LinkedHashMap<>();
    for (TorchCase row : CASES) {
      ByteBuffer content = ByteBuffer.wrap(row.twin());
      if (!twins.containsKey(content)) {
        twins.put(content, write("twin-" + twins.size() + ".pt", row.twin()));
      }
    }
    List<String> uris = new ArrayList<>(twins.values());
    uris.add(write("kinds.pt", TorchStorageCases.kinds()));
    Path report = folder.resolve("twins");
    RunVerdict verdict =
        Audits.audits().targets(Target.F16).run(report, uris.toArray(String[]::new));
    Map<String, List<Row>> found = byFile(Audits.rows(report, Table.FINDINGS));
    for (TorchCase row : CASES) {
      Path twin = Path.of(twins.get(ByteBuffer.wrap(row.twin())));
      assertThat(found.getOrDefault(twin.getFileName().toString(), List.of()))
          .as("%s", row)
          .extracting(finding -> finding.getAs("rule") + " " + finding.getAs("severity"))
          .doesNotContainAnyElementsOf(
              row.findings().stream().map(expected -> expected.rule() + " INFO").toList())
          .allMatch(finding -> finding.endsWith(" INFO"));
    }
    assertThat(verdict.exitCode()).isZero();
    assertThat(verdict.checkpoints()).hasSameSizeAs(uris);
    assertKinds(found.get("kinds.pt"), byFile(Audits.rows(report, Table.TENSORS)).get("kinds.pt"));
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }

  /** Row T25: all that torch saves is audited, or named; other kinds are notes. */
  private static void assertKinds(List<Row> findings, List<Row> tensors) {
    assertThat(tensors)
        .extracting(row -> row.getAs("tensor") + " " + row.getAs("dtype"))
        .containsExactlyInAnyOrder(
            "model.p F32", "model.fp8 F8_E4M3", "optimizer.state.0.exp_avg F32");
    assertThat(findings)
        .filteredOn(row -> row.getAs("rule").equals("PT_UNSUPPORTED"))
        .extracting(row -> row.<String>getAs("tensor"))
        .containsExactlyInAnyOrder("model.q", "model.s");
    assertThat(findings)
        .extracting(row -> row.<String>getAs("severity"))
        .doesNotContain("ERROR", "WARNING");
  }

  @Test
  void whatCanBeTrustedIsAuditedAllTheSame() {
    for (TorchCase row : CASES) {
      if (row.row().matches("T1[a-d]|T2[ab]|T3b|T4a|T15.*|T20.*|T22[bc]|T26|L1e")) {
        assertThat(tensors.get("case-" + CASES.indexOf(row) + ".pt")).as(row.row()).isNotEmpty();
      }
    }
  }

  @Test
  void aTensorOfRepeatsIsCountedByItsStorage() {
    for (TorchCase row : CASES) {
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
