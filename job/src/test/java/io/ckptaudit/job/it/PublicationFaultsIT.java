package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.PublicationException;
import io.ckptaudit.job.pipeline.SparkSessions;
import io.ckptaudit.job.pipeline.StoredDigests;
import io.ckptaudit.job.pipeline.StoredRuns;
import io.ckptaudit.job.pipeline.Verification;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.FaultyFileSystem;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.job.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publications that are refused, cut off or disturbed, on a file system that can do all that. */
@Timeout(300)
@Tag("full")
class PublicationFaultsIT {

  private static final String SMALL = Fixtures.path("all-dtypes").toString();

  @TempDir Path folder;

  private String report;

  @BeforeEach
  void knowTheScheme() {
    FaultyFileSystem.register(LocalSpark.session().sparkContext().hadoopConfiguration());
    report = "faulty:" + folder;
  }

  @AfterEach
  void unwatch() {
    FaultyFileSystem.unwatch();
  }

  /** From a moment on nothing is written or removed any more, as if the driver were gone. */
  private record Death(String moment, AtomicBoolean dead) implements FaultyFileSystem.Watch {

    Death(String moment) {
      this(moment, new AtomicBoolean());
    }

    private void comes(String when, String path) throws IOException {
      if (Pattern.compile(moment).matcher(when + path).find()) {
        dead.set(true);
      }
      delete(path);
    }

    @Override
    public void before(String path) throws IOException {
      comes("before ", path);
    }

    @Override
    public void after(String path) throws IOException {
      comes("after ", path);
    }

    @Override
    public void delete(String path) throws IOException {
      if (dead.get()) {
        throw new IOException("The driver is dead since " + moment);
      }
    }
  }

  @ParameterizedTest
  @DisplayName("O5: a driver dies on the way")
  @ValueSource(
      strings = {
        "before .*/attempt-[^/]*/tensors/_temporary",
        "after .*/attempt-[^/]*/layers/part-",
        "before .*/tensors/run_id=run/part-",
        "after .*/runs/run_id=run/part-",
        "before .*/run/verdict.json",
        "after .*/run/verdict.json",
        "before .*/run/manifest.json",
        "after .*/run/manifest.json",
        "before .*/_runs/latest.json",
        "after .*/_runs/latest.json",
      })
  void aDriverDies(String moment) throws Exception {
    diesAt(moment);
  }

  @ParameterizedTest
  @DisplayName("O5: a driver dies on the way, writing to an object store")
  @ValueSource(
      strings = {
        "after .*/layers/run_id=run/part-",
        "before .*/run/manifest.json",
        "after .*/run/manifest.json",
      })
  void aDriverOfAStoreDies(String moment) throws Exception {
    FaultyFileSystem.behaveAsAStore();
    diesAt(moment);
  }

  private void diesAt(String moment) throws Exception {
    Audits.audits().runId("before").runTo(report, SMALL);
    Map<String, String> expected = digests("before");
    Death death = new Death(moment);
    FaultyFileSystem.watch(death);
    assertThatThrownBy(() -> Audits.audits().runTo(report, SMALL))
        .hasCauseInstanceOf(PublicationException.class)
        .hasMessageContaining("The driver is dead since");
    assertThat(death.dead()).isTrue();
    FaultyFileSystem.watch(path -> {});
    String latest = moment.startsWith("after .*/_runs/latest") ? "run" : "before";
    assertThat(StoredRuns.verdict("" + folder, null, Storages.local()).runId()).isEqualTo(latest);
    assertWhole("before");
    Audits.audits().runTo(report, SMALL);
    assertWhole("run");
    assertThat(digests("run")).isEqualTo(expected);
    assertThat(StoredRuns.verdict("" + folder, null, Storages.local()).runId()).isEqualTo("run");
    assertNothingIsLeft();
  }

  private Map<String, String> digests(String run) throws IOException {
    Map<String, String> digests = new java.util.TreeMap<>();
    StoredRuns.manifest("" + folder, run, Storages.local())
        .tables()
        .forEach((table, entry) -> digests.put(table, "" + entry.digest()));
    return digests;
  }

  /** No file is missing, short or from elsewhere. */
  private void assertWhole(String run) throws IOException {
    assertThat(Verification.of("" + folder, run, Storages.local()).faults()).isEmpty();
  }

  private void assertNothingIsLeft() throws IOException {
    assertThat(FaultyFileSystem.files(folder).keySet())
        .noneMatch(path -> path.contains("attempt-"));
  }

  /** Lets two go on when both have come to the same file, once. */
  private static FaultyFileSystem.Watch meetingBefore(String name) {
    AtomicBoolean met = new AtomicBoolean();
    CyclicBarrier both = new CyclicBarrier(2, () -> met.set(true));
    return path -> {
      if (path.endsWith(name) && !met.get()) {
        try {
          both.await(60, TimeUnit.SECONDS);
        } catch (Exception e) {
          throw new IOException("Nobody else came to " + path, e);
        }
      }
    };
  }

  private static <T> List<T> together(Callable<T> one, Callable<T> other) throws Exception {
    ExecutorService drivers = Executors.newFixedThreadPool(2);
    try {
      List<T> results = new ArrayList<>();
      for (Future<T> result : List.of(drivers.submit(one), drivers.submit(other))) {
        results.add(result.get());
      }
      return results;
    } finally {
      drivers.shutdownNow();
    }
  }

  @Test
  @DisplayName("O6: two drivers with one run id, both about to create the manifest")
  void twoDriversWithOneId() throws Exception {
    FaultyFileSystem.watch(meetingBefore("/run/manifest.json"));
    List<RunVerdict> verdicts =
        together(
            () -> Audits.audits().runTo(report, SMALL), () -> Audits.audits().runTo(report, SMALL));
    assertThat(verdicts.get(0).started()).isEqualTo(verdicts.get(1).started());
    assertOneAttemptIsThere();
  }

  @Test
  @DisplayName("O6: two drivers with one run id, writing to an object store")
  void twoDriversOfAStoreWithOneId() throws Exception {
    FaultyFileSystem.behaveAsAStore();
    FaultyFileSystem.watch(meetingBefore("/run/verdict.json"));
    List<RunVerdict> verdicts =
        together(
            () -> Audits.audits().runTo(report, SMALL),
            () -> {
              // Spark's own committer removes the _temporary of both.
              Thread.sleep(4000);
              return Audits.audits().runTo(report, SMALL);
            });
    assertThat(verdicts.get(0).started()).isEqualTo(verdicts.get(1).started());
    assertOneAttemptIsThere();
  }

  private void assertOneAttemptIsThere() throws IOException {
    assertWhole("run");
    assertThat(
            StoredDigests.faults(
                LocalSpark.session(), Verification.of("" + folder, "run", Storages.local())))
        .isEmpty();
    Set<String> attempts = new TreeSet<>();
    for (String path : FaultyFileSystem.files(folder).keySet()) {
      if (path.endsWith(".parquet")) {
        attempts.add(path.replaceFirst(".*/part-([0-9a-f]{8})-.*", "$1"));
      }
    }
    assertThat(attempts)
        .containsExactly(StoredRuns.manifest("" + folder, "run", Storages.local()).attempt());
    assertNothingIsLeft();
  }

  @Test
  @DisplayName("O6: two runs into one report at once, both about to become the latest")
  void twoRunsAtOnce() throws Exception {
    FaultyFileSystem.watch(meetingBefore("/_runs/latest.json"));
    List<RunVerdict> verdicts =
        together(
            () -> Audits.audits().runId("one").runTo(report, SMALL),
            () -> Audits.audits().runId("two").runTo(report, SMALL));
    FaultyFileSystem.unwatch();
    assertWhole("one");
    assertWhole("two");
    boolean first = verdicts.get(0).started().compareTo(verdicts.get(1).started()) > 0;
    assertThat(StoredRuns.verdict("" + folder, null, Storages.local()).runId())
        .isEqualTo(first ? "one" : "two");
  }

  /** Two attempts a task, so that Spark tries again. */
  @Test
  @DisplayName("O4: a task fails after its file is written, before it returns")
  void aTaskFailsAfterItsFile() throws Exception {
    LocalSpark.stop();
    AtomicBoolean failed = new AtomicBoolean();
    try (SparkSession spark = SparkSessions.start("local[2,2]", Map.of())) {
      FaultyFileSystem.register(spark.sparkContext().hadoopConfiguration());
      FaultyFileSystem.watch(
          new FaultyFileSystem.Watch() {
            @Override
            public void before(String path) {}

            @Override
            public void after(String path) throws IOException {
              if (path.contains("/_temporary/")
                  && path.contains("part-")
                  && !failed.getAndSet(true)) {
                throw new IOException("The task fails after writing " + path);
              }
            }
          });
      Audits.audits().on(spark).runTo(report, SMALL);
    }
    assertThat(failed).isTrue();
    assertWhole("run");
    assertNothingIsLeft();
    Path healthy = folder.resolveSibling(folder.getFileName() + "-healthy");
    Audits.audits().run(healthy, SMALL);
    assertThat(digests("run")).isEqualTo(Audits.digests(healthy));
  }

  @ParameterizedTest
  @DisplayName("O7: a report that is refused")
  @ValueSource(
      strings = {
        "Permission denied: user=audit, access=WRITE",
        "The DiskSpace quota of /reports is exceeded: quota = 1 MB",
        "No space left on device",
        "No space left on device, half-way through a table"
      })
  void aRefusedReport(String reason) throws Exception {
    LocalSpark.stop();
    FaultyFileSystem.watch(new Refusal(reason));
    List<String> command =
        new ArrayList<>(
            List.of("audit", Fixtures.path("llama-hf-broken-bf16").toString(), "--report", report));
    command.addAll(List.of("--run-id", "run", "--master", "local[2]"));
    command.addAll(FaultyFileSystem.conf());
    ChildProcess.Ended ended = InProcess.run(command.toArray(String[]::new));
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(13);
    assertThat(ended.err())
        .contains("Cannot publish the report to " + report, reason, "choose another with --report")
        .doesNotContain("\tat ", "\\u0009at ");
    assertThat(ended.out()).contains("VERDICT: findings", "no report: it could not be published");
    assertUnpublishedVerdict(ended.err());
    assertThat(folder.resolve("_runs/latest.json")).doesNotExist();
    assertThat(folder.resolve("_runs/run/manifest.json")).doesNotExist();
    if (reason.endsWith("table")) {
      assertThat(FaultyFileSystem.files(folder)).isEmpty();
    }
  }

  /** Refuses all, the manifest, or what a task writes of a table after its first piece. */
  private record Refusal(String reason) implements FaultyFileSystem.Watch {
    @Override
    public void before(String path) throws IOException {
      if (reason.startsWith("Permission")) {
        throw new AccessControlException(reason);
      }
      if (path.endsWith("manifest.json")) {
        throw new IOException(reason);
      }
    }

    @Override
    public void content(String path) throws IOException {
      boolean hasContent = Files.exists(Path.of(path)) && Files.size(Path.of(path)) > 0;
      if (reason.endsWith("table") && path.contains("/conversions/") && hasContent) {
        throw new IOException(reason);
      }
    }
  }

  /** A disk of Spark on which no file can be created any more, once a task has begun. */
  private record FullOnceWeightsAreRead(Path disk) implements FaultyFileSystem.Watch {
    @Override
    public void before(String path) {}

    @Override
    public void read(String path) throws IOException {
      synchronized (FaultyFileSystem.class) {
        try (var files = Files.list(disk)) {
          for (Path blocks : files.filter(file -> file.toString().contains("blockmgr-")).toList()) {
            FileUtils.forceDelete(blocks.toFile());
            Files.createFile(blocks);
          }
        }
      }
    }
  }

  /** Not a report that is refused: a run that could not finish, which is exit code 12. */
  @Test
  @DisplayName("O7: the disk that Spark spills to is full")
  void aFullDiskOfSpark() throws Exception {
    LocalSpark.stop();
    Path disk = Files.createDirectories(folder.resolve("disk"));
    FaultyFileSystem.watch(new FullOnceWeightsAreRead(disk));
    List<String> command =
        new ArrayList<>(
            List.of("audit", "faulty:" + Path.of(SMALL).toAbsolutePath(), "--report", report));
    command.addAll(List.of("--master", "local[2]", "--conf", "spark.local.dir=" + disk));
    command.addAll(FaultyFileSystem.conf());
    ChildProcess.Ended ended = InProcess.run(command.toArray(String[]::new));
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(12);
    assertThat(ended.err())
        .contains("Cannot finish the audit: ")
        .contains("look into the logs of the executors and run it again")
        .doesNotContain("Cannot publish", "\tat ", "\\u0009at ");
    assertThat(folder.resolve("_runs")).doesNotExist();
  }

  /** One line of JSON has what was found. */
  static void assertUnpublishedVerdict(String err) throws IOException {
    String line =
        err.lines().filter(text -> text.startsWith("{\"unpublished\"")).findFirst().orElseThrow();
    JsonNode verdict = new ObjectMapper().readTree(line).path("unpublished");
    assertThat(verdict.path("verdict").asText()).isEqualTo("findings");
    assertThat(verdict.path("checkpoints").get(0).toString()).contains("NON_FINITE");
  }

  /** Orphans of a dead attempt are in nobody's manifest, and the next attempt removes them. */
  @Test
  @DisplayName("O4: orphans are listed by no manifest and go with the next attempt")
  void orphansGo() throws Exception {
    FaultyFileSystem.behaveAsAStore();
    Path orphan = folder.resolve("tensors/run_id=run/part-0badc0de-00000-x-c000.snappy.parquet");
    Files.createDirectories(orphan.getParent());
    Files.writeString(orphan, "half a file");
    Path attempt = folder.resolve("_runs/run/attempt-0badc0de/tensors/part-0.parquet");
    Files.createDirectories(attempt.getParent());
    Files.writeString(attempt, "half a file");
    Audits.audits().runTo(report, SMALL);
    assertThat(orphan).doesNotExist();
    assertThat(attempt).doesNotExist();
    assertWhole("run");
  }
}
