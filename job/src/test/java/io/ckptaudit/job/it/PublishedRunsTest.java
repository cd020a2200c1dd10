package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.PublicationException;
import io.ckptaudit.job.pipeline.StoredRuns;
import io.ckptaudit.job.report.Manifest.PartFile;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.job.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a report folder holds before, between and after runs. */
class PublishedRunsTest {

  private static final String SMALL = Fixtures.path("all-dtypes").toString();

  @TempDir Path folder;

  private Path report() {
    return folder.resolve("report");
  }

  @Test
  void theSameIdAgainReadsNothing() throws Exception {
    Path weights = copyOf("llama-hf-broken-bf16");
    Audits.audits().run(report(), weights.toString());
    Storages.local().forUri(weights.toString()).deleteRecursively(weights.toString());
    Map<String, Long> files = files();
    ChildProcess.Ended again =
        InProcess.run("audit", "" + weights, "--report", "" + report(), "--run-id", "run");
    assertThat(again.exitCode()).as(again.err()).isEqualTo(10);
    assertThat(again.out()).contains("VERDICT: findings");
    assertThat(files()).isEqualTo(files);
  }

  private Path copyOf(String fixture) throws IOException {
    Path copy = Files.createDirectory(folder.resolve("weights"));
    try (var files = Files.list(Fixtures.path(fixture))) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName()));
      }
    }
    return copy;
  }

  /** Every file below the report but hidden ones, with its length. */
  private Map<String, Long> files() throws IOException {
    Map<String, Long> files = new TreeMap<>();
    try (var walk = Files.walk(report())) {
      for (Path file : walk.filter(Files::isRegularFile).toList()) {
        if (!file.getFileName().toString().startsWith(".")) {
          files.put(report().relativize(file).toString(), Files.size(file));
        }
      }
    }
    return files;
  }

  @Test
  void leftoversWithoutAManifestAreReplaced() throws Exception {
    Path part = report().resolve("tensors/run_id=run/part-00000-of-a-killed-run.parquet");
    Files.createDirectories(part.getParent());
    Files.writeString(part, "half a file");
    Path verdict = report().resolve("_runs/run/verdict.json");
    Files.createDirectories(verdict.getParent());
    Files.writeString(verdict, "{}");
    Audits.audits().run(report(), SMALL);
    assertThat(part).doesNotExist();
    assertThat(StoredRuns.verdict("" + report(), null, Storages.local()).runId()).isEqualTo("run");
    assertManifestListsEveryPart("run");
  }

  private void assertManifestListsEveryPart(String run) throws IOException {
    Map<String, Long> listed = new TreeMap<>();
    StoredRuns.manifest("" + report(), run, Storages.local()).tables().values().stream()
        .flatMap(table -> table.files().stream())
        .forEach((PartFile file) -> listed.put(file.path(), file.bytes()));
    Map<String, Long> parts = files();
    parts.keySet().removeIf(path -> !path.contains("run_id=" + run) || path.endsWith("_SUCCESS"));
    assertThat(listed).isEqualTo(parts).hasSizeGreaterThanOrEqualTo(9);
  }

  @Test
  void runsLieSideBySide() throws Exception {
    Audits.audits().runId("before").run(report(), SMALL);
    Audits.audits().runId("after").run(report(), SMALL);
    assertManifestListsEveryPart("before");
    assertManifestListsEveryPart("after");
    assertThat(Files.readString(report().resolve("_runs/latest.json"))).contains("\"after\"");
    List<Row> counts =
        LocalSpark.session()
            .read()
            .parquet(report() + "/tensors")
            .groupBy("run_id")
            .count()
            .collectAsList();
    assertThat(counts.stream().map(row -> row.getString(0)))
        .containsExactlyInAnyOrder("before", "after");
    assertThat(counts.get(0).getLong(1)).isPositive().isEqualTo(counts.get(1).getLong(1));
  }

  @Test
  void anIdThatIsNoFolderNameIsRefused() {
    for (String id : List.of("", "Run", "../run", "run_1", "1st", "a/b")) {
      ChildProcess.Ended ended =
          InProcess.run("audit", SMALL, "--report", "" + report(), "--run-id", id);
      assertThat(ended.exitCode()).as(id).isEqualTo(2);
      assertThat(ended.err()).contains("Invalid run id '" + id + "'");
    }
    assertThat(report()).doesNotExist();
  }

  @Test
  void aReportThatCannotBeWrittenIsAnError() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "not a folder");
    assertThatThrownBy(() -> Audits.audits().run(file.resolve("report"), SMALL))
        .hasCauseInstanceOf(PublicationException.class)
        .hasMessageContaining("Cannot publish the report to " + file.resolve("report"))
        .hasMessageContaining("choose another with --report");
  }
}
