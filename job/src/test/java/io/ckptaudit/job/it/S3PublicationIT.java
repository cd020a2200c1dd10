package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.io.PendingUpload;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.PublicationException;
import io.ckptaudit.job.pipeline.StoredDigests;
import io.ckptaudit.job.pipeline.StoredRuns;
import io.ckptaudit.job.pipeline.Verification;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.TableWriter;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.job.testing.S3Bucket;
import io.ckptaudit.job.testing.WatchedS3;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.s3a.S3AFileSystem;
import org.gaul.s3proxy.junit.S3ProxyExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Publications in an S3 store: conditional writes, the committer, and what a failed run leaves. */
@Timeout(600)
@Tag("full")
class S3PublicationIT {

  private static final String KEY = "test";
  private static final String SMALL = Fixtures.path("all-dtypes").toString();

  @RegisterExtension final S3ProxyExtension server = S3Bucket.server(KEY, KEY);

  /** What a task writes to commit its uploads, and the driver reads to complete them. */
  private static final String PENDING = ".*/histograms/.*[.]pendingset";

  private S3Bucket reports;
  private String report;

  /** Refuses one request. */
  private record Refusal(Pattern request, Runnable first) implements WatchedS3.Watch {

    @Override
    public void write(S3AFileSystem store, Path path) throws IOException {
      refuse("write " + path);
    }

    @Override
    public void read(Path path) throws IOException {
      refuse("read " + path);
    }

    private void refuse(String asked) throws IOException {
      if (request.matcher(asked).find() && WatchedS3.unwatch(this)) {
        first.run();
        throw new IOException("Refused: " + asked);
      }
    }
  }

  /**
   * Two who want to write the same file wait for each other, once. Then one writes, and the other
   * after it: s3proxy, unlike S3, looks at the condition of a write and writes in two steps, so
   * that of two writes at the same moment it accepts both.
   */
  private record Meeting(String name, CyclicBarrier both) implements WatchedS3.Watch {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @Override
    public void write(S3AFileSystem store, Path path) throws IOException {
      if (!path.toString().endsWith(name) || !WatchedS3.isWatchedBy(this)) {
        return;
      }
      try {
        String before = etag(store, path);
        if (both.await(PATIENCE.toSeconds(), TimeUnit.SECONDS) != 0) {
          awaitOther(store, path, before);
        }
      } catch (Exception e) {
        throw new IOException("Nobody else wrote " + name, e);
      }
    }

    private static void awaitOther(S3AFileSystem store, Path path, String before) throws Exception {
      long start = System.nanoTime();
      while (etag(store, path).equals(before)) {
        if (System.nanoTime() - start > PATIENCE.toNanos()) {
          throw new TimeoutException("The other did not write " + path);
        }
        Thread.sleep(20);
      }
    }

    private static String etag(S3AFileSystem store, Path path) throws IOException {
      return store.exists(path) ? ((EtagSource) store.getFileStatus(path)).getEtag() : "absent";
    }
  }

  private static void meetBefore(String name) {
    WatchedS3.watch(new Meeting(name, new CyclicBarrier(2, WatchedS3::unwatch)));
  }

  @BeforeEach
  void connect() throws IOException {
    FileSystem.closeAll();
    Configuration configuration = LocalSpark.session().sparkContext().hadoopConfiguration();
    configuration.set("fs.s3a.impl", WatchedS3.class.getName());
    S3Bucket.settings(server.getUri(), KEY, KEY)
        .forEach((key, value) -> configuration.set("fs.s3a." + key, value));
    reports = S3Bucket.create("reports", server.getUri(), KEY, KEY);
    report = reports.uri("ci");
  }

  @AfterEach
  void disconnect() {
    WatchedS3.unwatch();
    reports.close();
    LocalSpark.stop();
  }

  private static Storages storages() {
    return Storages.of(LocalSpark.session().sparkContext().hadoopConfiguration());
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

  private void assertWhole(String run) throws IOException {
    Verification verified = Verification.of(report, run, storages());
    assertThat(verified.faults()).isEmpty();
    assertThat(StoredDigests.faults(LocalSpark.session(), verified)).isEmpty();
  }

  @Test
  @DisplayName(
      "O6: two runs into one report at once: both stay, the one that started last is latest")
  void twoRunsAtOnce() throws Exception {
    Audits.audits().runId("before").runTo(report, SMALL);
    meetBefore("/_runs/latest.json");
    List<RunVerdict> verdicts =
        together(
            () -> Audits.audits().runId("one").runTo(report, SMALL),
            () -> Audits.audits().runId("two").runTo(report, SMALL));
    for (String run : List.of("before", "one", "two")) {
      assertWhole(run);
    }
    boolean first = verdicts.get(0).started().compareTo(verdicts.get(1).started()) > 0;
    assertThat(StoredRuns.verdict(report, null, storages()).runId())
        .isEqualTo(first ? "one" : "two");
  }

  @Test
  @DisplayName(
      "O6: two drivers with one run id: the manifest is created once, and lists files of one")
  void twoDriversWithOneId() throws Exception {
    meetBefore("/run/manifest.json");
    List<RunVerdict> verdicts =
        together(
            () -> Audits.audits().runTo(report, SMALL), () -> Audits.audits().runTo(report, SMALL));
    assertThat(verdicts.get(0).started()).isEqualTo(verdicts.get(1).started());
    assertWhole("run");
    String attempt = StoredRuns.manifest(report, "run", storages()).attempt();
    assertThat(reports.keys())
        .filteredOn(key -> key.endsWith(".parquet"))
        .hasSizeGreaterThanOrEqualTo(9)
        .allMatch(key -> key.contains("/part-" + attempt + "-"));
    assertThat(reports.pendingUploads()).isEmpty();
  }

  /** Without markers of folders and of Spark. */
  private List<String> files() {
    return reports.keys().stream()
        .filter(key -> !key.endsWith("/") && !key.endsWith("_SUCCESS"))
        .toList();
  }

  @Test
  @DisplayName("O6: a store without conditional writes")
  void withoutConditionalWrites() throws Exception {
    LocalSpark.session()
        .sparkContext()
        .hadoopConfiguration()
        .set("fs.s3a.create.conditional.enabled", "false");
    FileSystem.closeAll();
    RunVerdict first = Audits.audits().runId("one").runTo(report, SMALL);
    Audits.audits().runId("two").runTo(report, SMALL);
    assertThat(Audits.audits().runId("one").runTo(report, SMALL).started())
        .isEqualTo(first.started());
    assertWhole("one");
    assertWhole("two");
    assertThat(StoredRuns.verdict(report, null, storages()).runId()).isEqualTo("two");
  }

  /** As we list them, of the whole bucket. */
  private static List<String> uploads() {
    try {
      return storages().forUri("s3a://reports").uploads("s3a://reports").stream()
          .map(PendingUpload::uri)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Everything of a table is uploaded by then, and nothing of it completed. */
  @ParameterizedTest
  @DisplayName("O21: a run that fails to commit a task or a table leaves no uploads and no files")
  @ValueSource(strings = {"write ", "read "})
  void aFailedRunLeavesNoUploads(String what) throws Exception {
    Audits.audits().runId("before").runTo(report, SMALL);
    List<String> before = files();
    List<String> pending = new CopyOnWriteArrayList<>();
    List<String> listed = new CopyOnWriteArrayList<>();
    Refusal refusal =
        new Refusal(
            Pattern.compile(what + PENDING),
            () -> {
              pending.addAll(reports.pendingUploads());
              listed.addAll(uploads());
            });
    WatchedS3.watch(refusal);
    assertThatThrownBy(() -> Audits.audits().runTo(report, SMALL))
        .hasCauseInstanceOf(PublicationException.class)
        .hasMessageContaining("Cannot publish the report to " + report);
    assertThat(pending).anyMatch(key -> key.contains("/histograms/run_id=run/part-"));
    assertThat(listed)
        .hasSameSizeAs(pending)
        .allMatch(uri -> pending.contains(uri.substring("s3a://reports/".length())));
    assertThat(reports.pendingUploads()).isEmpty();
    assertThat(files()).containsExactlyInAnyOrderElementsOf(before);
    assertThat(StoredRuns.verdict(report, null, storages()).runId()).isEqualTo("before");
    Audits.audits().runTo(report, SMALL);
    assertWhole("run");
  }

  @Test
  @DisplayName("O21: the committer is logged, and does not abort what others upload")
  void theCommitterIsLogged() throws Exception {
    Logger logger = Logger.getLogger(TableWriter.class.getName());
    List<String> lines = new ArrayList<>();
    Handler handler =
        new Handler() {
          @Override
          public void publish(LogRecord line) {
            lines.add(line.getMessage());
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    logger.addHandler(handler);
    Level before = logger.getLevel();
    logger.setLevel(Level.INFO);
    try {
      Audits.audits().runTo(report, SMALL);
    } finally {
      logger.setLevel(before);
      logger.removeHandler(handler);
    }
    assertThat(lines)
        .singleElement()
        .asString()
        .contains("tables committed by magic", "org.apache.spark.internal.io.cloud");
    assertThat(
            LocalSpark.session()
                .sparkContext()
                .hadoopConfiguration()
                .get("fs.s3a.committer.abort.pending.uploads"))
        .isEqualTo("false");
  }
}
