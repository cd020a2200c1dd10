package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.StoredRuns;
import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.Manifest.TableManifest;
import io.ckptaudit.job.report.ReportJson;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code gc} removes from a report, and what it must not. */
class GcTest {

  @TempDir Path folder;

  private Path report;

  @BeforeEach
  void audit() {
    report = folder.resolve("report");
    Audits.audits().run(report, Fixtures.path("all-dtypes").toString());
  }

  private void leave(String path, Duration ago) throws IOException {
    Path file = report.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "PAR1");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(ago)));
  }

  private ChildProcess.Ended gc(int exitCode, String... more) {
    List<String> words = new ArrayList<>(List.of("gc", report.toString()));
    words.addAll(List.of(more));
    ChildProcess.Ended ended = InProcess.run(words.toArray(String[]::new));
    assertThat(ended.exitCode()).as(ended.out() + ended.err()).isEqualTo(exitCode);
    return ended;
  }

  private void assertThatTheRunIsWhole() {
    ChildProcess.Ended ended = InProcess.run("verify", report.toString(), "--quick");
    assertThat(ended.exitCode()).as(ended.out()).isZero();
  }

  @Test
  @DisplayName("O3: files of drivers that died, and of one that lost")
  void removesWhatNoManifestLists() throws IOException {
    Duration old = Duration.ofDays(8);
    leave("tensors/run_id=dead/part-0a-1.parquet", old);
    leave("_runs/dead/attempt-0a/layers/part-0a-2.parquet", old);
    leave("_runs/dead/verdict.json", old);
    leave("tensors/run_id=run/part-0b-1.parquet", old);
    leave("tensors/run_id=run/__magic_job-1/tasks/part-0b-2.pending", old);
    leave("_runs/run/attempt-0b/files/part-0b-3.parquet", old);
    assertThat(gc(0, "--dry-run").out())
        .contains(
            "dead, without a manifest: 3 files, 12 bytes, 0 uploads, last written ",
            "would be removed")
        .contains("run, not in its manifest: 3 files, 12 bytes, 0 uploads, last written ")
        .endsWith("would be removed of 2 runs: 6 files, 24 bytes, 0 uploads\n");
    assertThat(report.resolve("_runs/dead")).exists();
    assertThat(gc(0).out()).endsWith("removed of 2 runs: 6 files, 24 bytes, 0 uploads\n");
    assertThat(report.resolve("_runs/dead")).doesNotExist();
    assertThat(report.resolve("tensors/run_id=dead")).doesNotExist();
    try (var left = Files.walk(report)) {
      assertThat(left.map(Path::toString))
          .noneMatch(path -> path.matches(".*(part-0[ab]-|__magic).*"));
    }
    assertThatTheRunIsWhole();
    assertThat(gc(0).out()).isEqualTo("removed of 0 runs: 0 files, 0 bytes, 0 uploads\n");
  }

  @Test
  void whatWasJustWrittenMayBeADriversAtWork() throws IOException {
    leave("tensors/run_id=busy/part-0a-1.parquet", Duration.ofDays(8));
    leave("layers/run_id=busy/part-0a-1.parquet", Duration.ofHours(5));
    assertThat(gc(0).out())
        .contains("busy, without a manifest: 2 files, 8 bytes, 0 uploads, last written ")
        .contains("; kept, as its driver may be at work\n");
    assertThat(report.resolve("tensors/run_id=busy/part-0a-1.parquet")).exists();
    assertThat(gc(0, "--older-than", "4h").out()).contains("removed of 1 runs: 2 files, 8 bytes");
    assertThat(report.resolve("tensors/run_id=busy")).doesNotExist();
  }

  @Test
  void linksAreRemovedAndNotFollowed() throws IOException {
    Path outside = Files.writeString(folder.resolve("outside"), "mine");
    Path in = Files.createDirectories(report.resolve("tensors/run_id=dead"));
    Files.createSymbolicLink(in.resolve("file"), outside);
    Files.createSymbolicLink(in.resolve("circle"), report);
    gc(0, "--older-than", "0m");
    assertThat(in).doesNotExist();
    assertThat(outside).hasContent("mine");
    assertThatTheRunIsWhole();
  }

  @Test
  void aFolderThatWasJustMadeMayBeADriversAtWork() throws IOException {
    Path made = report.resolve("_runs/busy/attempt-0a/tensors/_temporary/0");
    Files.createDirectories(made);
    assertThat(gc(0).out())
        .contains("busy, without a manifest: 0 files, 0 bytes, 0 uploads, last written ", "; kept");
    assertThat(made).exists();
    gc(0, "--older-than", "0m");
    assertThat(report.resolve("_runs/busy")).doesNotExist();
  }

  /** Such a write was under way when its driver was killed. */
  @Test
  void whatIsUnfinishedBesideAManifestGoes() throws IOException {
    leave("_runs/run/.8a1f.tmp", Duration.ofDays(8));
    leave("_runs/run/notes.txt", Duration.ofDays(8));
    assertThat(gc(0).out()).contains("run, not in its manifest: 1 files, 4 bytes");
    assertThat(report.resolve("_runs/run/notes.txt")).exists();
    assertThatTheRunIsWhole();
  }

  @Test
  void foldersOfOthersAreNoneOfItsBusiness() throws IOException {
    leave("tensors/run_id=Upper/part-1.parquet", Duration.ofDays(8));
    leave("other/run_id=dead/part-1.parquet", Duration.ofDays(8));
    assertThat(gc(0).out()).isEqualTo("removed of 0 runs: 0 files, 0 bytes, 0 uploads\n");
  }

  static Stream<UnaryOperator<Manifest>> unusable() {
    return Stream.of(
        manifest -> null,
        manifest -> with(manifest, null),
        manifest -> with(manifest, Map.of()),
        manifest -> with(manifest, Map.of("files", new TableManifest("", null))),
        manifest -> new Manifest(99, "run", "9.0", "0a", manifest.tables(), manifest.verdict()));
  }

  private static Manifest with(Manifest manifest, Map<String, TableManifest> tables) {
    return new Manifest(manifest.contractVersion(), "run", "0.1", "0a", tables, manifest.verdict());
  }

  @ParameterizedTest
  @MethodSource("unusable")
  void aManifestThatCannotBeUsedSaysNothingOfWhatIsLeftOver(UnaryOperator<Manifest> damage)
      throws IOException {
    Manifest manifest = StoredRuns.manifest("" + report, "run", Storages.local());
    Files.write(
        report.resolve("_runs/run/manifest.json"), ReportJson.write(damage.apply(manifest)));
    leave("tensors/run_id=run/part-0b-1.parquet", Duration.ofDays(8));
    leave("tensors/run_id=dead/part-0a-1.parquet", Duration.ofDays(8));
    ChildProcess.Ended ended = gc(13);
    assertThat(ended.err())
        .matches("(Damaged file .*/manifest.json: |Cannot read run 'run' in ).*\n");
    assertThat(ended.out()).endsWith("removed of 1 runs: 1 files, 4 bytes, 0 uploads\n");
    assertThat(report.resolve("tensors/run_id=run/part-0b-1.parquet")).exists();
  }

  @Test
  void aPathWithoutAReportIsAMistake() {
    ChildProcess.Ended ended = InProcess.run("gc", folder.toString());
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err())
        .isEqualTo(
            "No report in %s: it has no folder _runs; check the spelling\n".formatted(folder));
    assertThat(InProcess.run("gc", report.toString(), "--older-than", "soon").err())
        .contains("Invalid age 'soon': give a number with m, h or d, such as 7d");
  }
}
