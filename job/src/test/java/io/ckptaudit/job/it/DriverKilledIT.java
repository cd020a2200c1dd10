package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.StoredRuns;
import io.ckptaudit.job.pipeline.Verification;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.FaultyFileSystem;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.job.testing.Product;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Drivers in processes of their own, ended from outside at chosen moments. */
@Timeout(300)
@Tag("full")
class DriverKilledIT {

  private static final String FIXTURE =
      Fixtures.path("llama-hf-broken-bf16").toAbsolutePath().toString();
  private static final int FINDINGS = 10;
  private static final Pattern STOPPED = Pattern.compile("STOPPED");
  private static final Duration TO_THE_MOMENT = Duration.ofMinutes(3);

  @TempDir Path folder;

  private Map<String, String> expected;

  @BeforeEach
  void auditBefore() throws IOException {
    Audits.audits().runId("before").run(folder, FIXTURE);
    expected = digests("before");
  }

  @AfterEach
  void unwatch() {
    FaultyFileSystem.unwatch();
  }

  private Map<String, String> digests(String run) throws IOException {
    Map<String, String> digests = new java.util.TreeMap<>();
    StoredRuns.manifest("" + folder, run, Storages.local())
        .tables()
        .forEach((table, entry) -> digests.put(table, "" + entry.digest()));
    return digests;
  }

  private List<String> command(List<String> more) {
    List<String> command =
        new ArrayList<>(List.of("audit", "faulty:" + FIXTURE, "--report", "faulty:" + folder));
    command.addAll(List.of("--run-id", "run", "--master", "local[2]"));
    command.addAll(FaultyFileSystem.conf());
    command.addAll(more);
    return command;
  }

  private ChildProcess stoppedAt(String moment) throws Exception {
    ChildProcess driver = Product.startBesideTests(command(FaultyFileSystem.stopAt(moment)));
    driver.awaitOnStderr(STOPPED, TO_THE_MOMENT);
    return driver;
  }

  /** The same id again, as a scheduler's retry has it. */
  private void assertThatARetryCompletes() throws Exception {
    LocalSpark.stop();
    ChildProcess.Ended retry = InProcess.run(command(List.of()).toArray(String[]::new));
    assertThat(retry.exitCode()).as(retry.err()).isEqualTo(FINDINGS);
    assertThat(Verification.of("" + folder, "run", Storages.local()).faults()).isEmpty();
    assertThat(digests("run")).isEqualTo(expected);
    assertThat(StoredRuns.verdict("" + folder, null, Storages.local()).runId()).isEqualTo("run");
    assertThat(FaultyFileSystem.files(folder).keySet())
        .noneMatch(path -> path.contains("attempt-"));
  }

  private void assertLatest(String run) throws IOException {
    assertThat(StoredRuns.verdict("" + folder, null, Storages.local()).runId()).isEqualTo(run);
    assertThat(Verification.of("" + folder, "before", Storages.local()).faults()).isEmpty();
  }

  @ParameterizedTest
  @DisplayName("O5: kill -9 of the driver")
  @CsvSource({
    "before manifest.json, before",
    "before latest.json, before",
    "after latest.json, run"
  })
  void killedAtOnce(String moment, String latest) throws Exception {
    try (ChildProcess driver = stoppedAt(moment)) {
      driver.killAtOnce();
    }
    assertLatest(latest);
    assertThatARetryCompletes();
  }

  @ParameterizedTest
  @DisplayName("O17: SIGTERM to the driver")
  @ValueSource(strings = {"reading model-00003-of-", "before attempt-", "before manifest.json"})
  void terminated(String moment) throws Exception {
    try (ChildProcess driver = stoppedAt(moment)) {
      ChildProcess.Ended ended = driver.terminate(Duration.ofSeconds(30));
      assertThat(ended.exitCode()).as(ended.err()).isEqualTo(143);
    }
    assertLatest("before");
    assertThat(folder.resolve("_runs/run/manifest.json")).doesNotExist();
    assertThatARetryCompletes();
  }
}
