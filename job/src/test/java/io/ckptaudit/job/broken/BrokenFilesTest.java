package io.ckptaudit.job.broken;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.audit.Rule;
import io.ckptaudit.job.audit.Rules;
import io.ckptaudit.job.broken.BrokenCase.Expected;
import io.ckptaudit.job.checkpoint.FindingRule;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.Checkpoints;
import io.ckptaudit.job.report.CheckpointSummary;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every broken checkpoint in one audit, and the same repaired in another: what each has found in it
 * is read back from Parquet.
 */
class BrokenFilesTest {

  private static final Map<String, BrokenCase> CASES = BrokenCase.all();

  @TempDir static Path folder;

  private static RunVerdict broken;
  private static RunVerdict repaired;
  private static Map<String, List<Row>> findings;
  private static Map<String, List<Row>> tensors;

  @BeforeAll
  static void auditAll() throws IOException {
    BrokenCase.sound()
        .write(Files.createDirectories(folder.resolve("secret")).resolve("secret.safetensors"));
    for (BrokenCase one : CASES.values()) {
      one.writeBroken(folder.resolve("broken").resolve(one.name));
      one.writeRepaired(folder.resolve("repaired").resolve(one.name));
    }
    broken = audit("report", "broken");
    repaired = audit("repaired-report", "repaired");
    findings = byCheckpoint(Table.FINDINGS);
    tensors = byCheckpoint(Table.TENSORS);
  }

  private static RunVerdict audit(String report, String checkpoints) {
    return Audits.audits()
        .targets(Target.F16)
        .run(folder.resolve(report), folder + "/" + checkpoints + "/*");
  }

  private static Map<String, List<Row>> byCheckpoint(Table table) {
    return Audits.rows(folder.resolve("report"), table).stream()
        .collect(Collectors.groupingBy(row -> name(row.getAs("checkpoint"))));
  }

  private static String name(String checkpoint) {
    return checkpoint.substring(checkpoint.lastIndexOf('/') + 1);
  }

  static Collection<BrokenCase> cases() {
    return CASES.values();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void exactlyThisIsFound(BrokenCase one) {
    List<Expected> found = new ArrayList<>();
    for (Row row : findings.getOrDefault(one.name, List.of())) {
      FindingRule rule = Rules.named(row.getAs("rule")).orElseThrow();
      Severity severity = Severity.valueOf(row.getAs("severity"));
      if (!(rule instanceof Rule) || severity != Severity.INFO) {
        assertThat(row.<String>getAs("action")).isNotEmpty();
        found.add(
            new Expected(
                rule,
                severity,
                row.getAs("file"),
                row.getAs("tensor"),
                row.getAs("byte_offset"),
                reference(row.getAs("evidence")),
                row.getAs("message")));
      }
    }
    assertThat(found).containsExactlyInAnyOrderElementsOf(one.findings());
  }

  /** The only evidence that a finding about a file has. */
  private static String reference(String evidence) {
    String key = "{\"reference_reader\":\"";
    return evidence.startsWith(key)
        ? evidence.substring(key.length(), evidence.length() - 2)
        : null;
  }

  @ParameterizedTest
  @MethodSource("cases")
  @Tag("full")
  void theExitCodeFollows(BrokenCase one) {
    assertThat(exitCode(findings.getOrDefault(one.name, List.of()))).isEqualTo(one.exitCode());
    if (!one.isOfValues()) {
      Path checkpoint = folder.resolve("broken").resolve(one.name);
      assertThat(InProcess.run("audit", "--dry-run", checkpoint.toString()).exitCode())
          .isEqualTo(one.exitCode());
    }
  }

  private static int exitCode(List<Row> rows) {
    boolean incomplete =
        rows.stream().anyMatch(row -> Rules.named(row.getAs("rule")).orElseThrow().isIncomplete());
    boolean error = rows.stream().anyMatch(row -> row.getAs("severity").equals("ERROR"));
    return incomplete ? 12 : error ? 10 : 0;
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatIsSoundIsAudited(BrokenCase one) {
    List<String> names = new ArrayList<>(one.audited());
    names.add(BrokenCase.SOUND);
    assertThat(tensors.get(one.name))
        .extracting(row -> row.<String>getAs("tensor"))
        .containsExactlyInAnyOrderElementsOf(names);
    Row sound =
        tensors.get(one.name).stream()
            .filter(row -> row.getAs("tensor").equals(BrokenCase.SOUND))
            .findFirst()
            .orElseThrow();
    assertThat(sound.<Long>getAs("elements")).isEqualTo(4);
    assertThat(sound.<Long>getAs("nan")).isZero();
    assertThat(sound.<Double>getAs("min")).isEqualTo(-3);
    assertThat(sound.<Double>getAs("max")).isEqualTo(2);
    assertThat(sound.<Double>getAs("sum")).isEqualTo(0.5);
    assertThat(sound.<Long>getAs("crc32c")).isNotNull();
  }

  @Test
  void whatIsNotFiniteIsCountedApartAndSubnormalsAreInTheirColumn() {
    Row row = only("s22-not-finite");
    assertThat(row.<Long>getAs("nan")).isEqualTo(1);
    assertThat(row.<Long>getAs("pos_inf")).isEqualTo(1);
    assertThat(row.<Long>getAs("neg_inf")).isEqualTo(1);
    assertThat(row.<Long>getAs("subnormal")).isEqualTo(2);
    assertThat(row.<Double>getAs("min")).isEqualTo(-0x1p-133);
    assertThat(row.<Double>getAs("max")).isEqualTo(1);
  }

  @Test
  void aTruthOfSevenHasElementsAndBytesAndNoFigures() {
    Row row = only("s22-truth-of-seven");
    assertThat(row.<Long>getAs("elements")).isEqualTo(2);
    assertThat(row.<Long>getAs("bytes")).isEqualTo(2);
    for (String figure : List.of("nan", "pos_inf", "neg_inf", "subnormal", "min", "max", "sum")) {
      assertThat(row.<Object>getAs(figure)).as(figure).isNull();
    }
  }

  /** The row of the broken tensor. */
  private static Row only(String checkpoint) {
    return tensors.get(checkpoint).stream()
        .filter(row -> row.getAs("tensor").equals("w"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aRunThatCouldNotReadAllSaysSoBeforeAnythingElse() {
    assertThat(broken.checkpoints()).hasSameSizeAs(CASES.values());
    assertThat(broken.exitCode()).isEqualTo(12);
  }

  @Test
  void repairedTheyAreClean() {
    assertThat(repaired.checkpoints()).hasSameSizeAs(CASES.values());
    assertThat(repaired.checkpoints())
        .filteredOn(one -> CASES.get(name(one.checkpoint())).needsRepair())
        .allSatisfy(one -> assertThat(graver(one)).as(one.checkpoint()).isZero());
    assertThat(repaired.exitCode()).isZero();
  }

  private static long graver(CheckpointSummary summary) {
    return summary.severities().get("ERROR") + summary.severities().get("WARNING");
  }

  @Test
  void theSameIsFoundAgain() throws IOException {
    List<String> all = List.of(folder + "/broken/*");
    assertThat(Checkpoints.open(all, Storages.local()))
        .isEqualTo(Checkpoints.open(all, Storages.local()));
  }

  @Test
  @Tag("full")
  void theSameReportIsMadeAgain() {
    audit("again", "broken");
    assertThat(Audits.digests(folder.resolve("again")))
        .isEqualTo(Audits.digests(folder.resolve("report")));
  }
}
