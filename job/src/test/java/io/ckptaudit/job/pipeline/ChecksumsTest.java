package io.ckptaudit.job.pipeline;

import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.pipeline.ChecksumCases.Case;
import io.ckptaudit.job.report.ChecksumSummary;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.SummaryText;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.udfs.arrow.ArrowMemory;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files held against what is promised of them: all broken promises in one audit, kept in another.
 */
class ChecksumsTest {

  private static final List<Case> CASES = ChecksumCases.all();

  private static final String PLAIN = Fixtures.path("llama-hf-bin").toString();

  @TempDir static Path folder;

  private static final Map<String, String> BROKEN = new TreeMap<>();
  private static final Map<String, String> KEPT = new TreeMap<>();
  private static RunVerdict verdict;
  private static Map<String, List<Row>> findings;

  @BeforeAll
  static void auditAll() throws IOException {
    for (Case one : CASES) {
      BROKEN.put(one.name(), one.content().write(folder.resolve("b/" + one.name()), true) + "");
      KEPT.put(one.name(), one.content().write(folder.resolve("k/" + one.name()), false) + "");
    }
    List<String> all = new ArrayList<>(BROKEN.values());
    all.addAll(KEPT.values());
    all.add(PLAIN);
    verdict = audits().run(folder.resolve("report"), all.toArray(String[]::new));
    findings =
        Audits.rows(folder.resolve("report"), Table.FINDINGS).stream()
            .collect(groupingBy(row -> row.<String>getAs("checkpoint")));
  }

  private static Audits audits() {
    return Audits.audits().targets(Target.F16).verifyingChecksums();
  }

  private static String[] uris(Map<String, String> checkpoints) {
    return checkpoints.values().toArray(String[]::new);
  }

  static List<Case> cases() {
    return CASES;
  }

  private static List<Row> grave(Case one) {
    return graveOf(BROKEN.get(one.name()));
  }

  private static List<Row> graveOf(String checkpoint) {
    return findings.getOrDefault("file://" + checkpoint, List.of()).stream()
        .filter(row -> !row.getAs("severity").equals("INFO"))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("cases")
  void exactlyTheBrokenPromiseIsFound(Case one) {
    assertThat(grave(one)).as("%s", grave(one)).hasSize(1);
    Row finding = grave(one).get(0);
    assertThat(finding.<String>getAs("rule")).isEqualTo(one.rule());
    assertThat(finding.<String>getAs("file")).isEqualTo(one.file());
    assertThat(finding.<Long>getAs("byte_offset")).isEqualTo(one.offset());
    assertThat(finding.<String>getAs("message")).startsWith(one.message()).contains("; ");
    assertThat(finding.<String>getAs("message")).endsWith(finding.getAs("action"));
    assertThat(finding.getAs("severity").equals("ERROR") ? 10 : 0).isEqualTo(one.code());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void aKeptPromiseIsSilent(Case one) {
    String checkpoint = KEPT.get(one.name());
    assertThat(graveOf(checkpoint)).isEmpty();
    assertThat(findings.getOrDefault("file://" + checkpoint, List.of()))
        .extracting(row -> row.<String>getAs("rule"))
        .noneMatch(rule -> rule.startsWith("CHECKSUM") || rule.startsWith("PT_CRC"));
    assertThat(verdict.checkpoints())
        .filteredOn(summary -> summary.checkpoint().equals("file://" + checkpoint))
        .singleElement()
        .satisfies(
            summary -> {
              ChecksumSummary found = summary.checksums();
              assertThat(found.asPromised()).isEqualTo(found.files()).isEqualTo(1);
              assertThat(found.bytes()).isPositive();
              assertThat(found.seconds()).isPositive();
            });
  }

  @Test
  void filesHaveTheirSha256AndWhatBecameOfThePromise() {
    assertThat(filesOf(KEPT.get("sums"))).isEqualTo(List.of(ChecksumCases.SHA + " as_promised"));
    assertThat(filesOf(BROKEN.get("sums"))).isEqualTo(List.of(ChecksumCases.OTHER + " mismatch"));
    assertThat(verdict.exitCode()).isEqualTo(10);
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }

  private static List<String> filesOf(String checkpoint) {
    return Audits.rows(folder.resolve("report"), Table.FILES).stream()
        .filter(row -> row.getAs("checkpoint").equals("file://" + checkpoint))
        .map(row -> row.getAs("sha256") + " " + row.getAs("checksum"))
        .toList();
  }

  /** But for what is found by it, the tables are those of an audit without. */
  @Tag("full")
  @Test
  void theTablesDoNotDependOnIt() {
    Path without = folder.resolve("without");
    Audits.audits().targets(Target.F16).run(without, uris(KEPT));
    Path with = folder.resolve("with");
    assertThat(audits().splitBytes(1024).run(with, uris(KEPT)).exitCode()).isZero();
    assertThat(Audits.digests(without)).isEqualTo(Audits.digests(with));
    assertThat(Audits.rows(without, Table.FILES))
        .allSatisfy(row -> assertThat(row.<Object>getAs("sha256")).isNull());
  }

  @Test
  void aModelWithoutPromisesIsSaidToHaveNone() throws IOException {
    List<String> notes = new ArrayList<>();
    for (Row row : rowsOfPlain(Table.FILES)) {
      byte[] content = Files.readAllBytes(Path.of(PLAIN, row.<String>getAs("file")));
      assertThat(row.<String>getAs("sha256")).isEqualTo(ChecksumCases.digest("SHA-256", content));
      assertThat(row.<String>getAs("checksum")).isEqualTo("not_promised");
      notes.add(
          "Cannot verify the file in %s: nothing beside it or in its cache promises a checksum; compare its sha256 in the table files with its source"
              .formatted(row.<String>getAs("file")));
    }
    assertThat(rowsOfPlain(Table.FINDINGS))
        .filteredOn(row -> row.getAs("rule").equals("CHECKSUM_UNPROMISED"))
        .extracting(row -> row.<String>getAs("message"))
        .containsExactlyInAnyOrderElementsOf(notes);
    assertThat(SummaryText.of(verdict, "report"))
        .contains("checksums: 0 of " + notes.size() + " files as promised, " + notes.size());
  }

  private static List<Row> rowsOfPlain(Table table) {
    return Audits.rows(folder.resolve("report"), table).stream()
        .filter(row -> row.<String>getAs("checkpoint").endsWith(PLAIN))
        .toList();
  }

  /** A model of several shards, each way of reading, splits of any size. */
  @Tag("full")
  @Test
  void aModelIsReadAsEver() {
    String[] models = {PLAIN, Fixtures.path("all-dtypes").toString()};
    Audits.audits().targets(Target.F16).run(folder.resolve("ever"), models);
    Map<String, String> expected = Audits.digests(folder.resolve("ever"));
    for (ReadChoice way : List.of(ReadChoice.MAP, ReadChoice.BUFFERED, ReadChoice.DIRECT)) {
      Path report = folder.resolve("ever-" + way);
      audits().read(way).splitBytes(2048).run(report, models);
      Map<String, String> digests = Audits.digests(report);
      digests.put("findings", expected.get("findings"));
      assertThat(digests).as("%s", way).isEqualTo(expected);
    }
  }

  /** Read again, as they are then, and held against what is promised then. */
  @Tag("full")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void filesThatChangeMeanwhileAreDigestedAsTheyAreThen(boolean promisesChangeToo)
      throws IOException {
    Path checkpoint = Files.createDirectories(folder.resolve("changing-" + promisesChangeToo));
    try (var files = Files.list(Fixtures.path("llama-hf-bf16"))) {
      for (Path file : files.toList()) {
        Files.copy(file, checkpoint.resolve(file.getFileName().toString()));
      }
    }
    promise(checkpoint);
    Path report = folder.resolve("changing-report-" + promisesChangeToo);
    RunVerdict during =
        audits()
            .beforeReading(
                () -> {
                  invert(checkpoint.resolve("model-00002-of-00004.safetensors"));
                  if (promisesChangeToo) {
                    promise(checkpoint);
                  }
                })
            .run(report, checkpoint.toString());
    Path again = folder.resolve("changing-again-" + promisesChangeToo);
    RunVerdict after = audits().run(again, checkpoint.toString());
    assertThat(during.exitCode()).isEqualTo(after.exitCode()).isEqualTo(promisesChangeToo ? 0 : 10);
    assertThat(Audits.digests(report)).isEqualTo(Audits.digests(again));
    assertThat(during.checkpoints().get(0).checksums().asPromised())
        .isEqualTo(promisesChangeToo ? 4 : 3);
  }

  private static void promise(Path checkpoint) {
    try (var files = Files.list(checkpoint)) {
      StringBuilder sums = new StringBuilder();
      for (Path file : files.filter(f -> f.toString().endsWith(".safetensors")).sorted().toList()) {
        String digest = ChecksumCases.digest("SHA-256", Files.readAllBytes(file));
        sums.append(digest + "  " + file.getFileName() + "\n");
      }
      Files.writeString(checkpoint.resolve("SHA256SUMS"), sums);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The sign of the last value. */
  private static void invert(Path file) {
    try {
      byte[] content = Files.readAllBytes(file);
      content[content.length - 1] ^= (byte) 0x80;
      Files.write(file, content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aDryRunSaysWhatIsWrongWithThePromises() {
    var dry =
        InProcess.run("audit", "--dry-run", "--verify-checksums", BROKEN.get("malformed-words"));
    assertThat(dry.exitCode()).isZero();
    assertThat(dry.out()).contains("Cannot use a promised checksum in SHA256SUMS at byte 7: ");
  }
}
