package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.ReportJson;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.job.testing.Product;
import io.ckptaudit.job.testing.S3Bucket;
import io.ckptaudit.job.testing.WatchedS3;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.FileSystem;
import org.gaul.s3proxy.junit.S3ProxyExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A driver in a process of its own, killed while its tables are on their way into an S3 store. */
@Timeout(300)
@Tag("full")
class S3DriverKilledIT {

  private static final String KEY = "test";
  private static final String FIXTURE = Fixtures.path("llama-hf-broken-bf16").toString();
  private static final int FINDINGS = 10;
  private static final Duration TO_THE_MOMENT = Duration.ofMinutes(3);

  /** Files of the table are written, and their uploads not completed. */
  private static final String TASK_COMMIT = "/tensors/run_id=run/.*[.]pendingset";

  @RegisterExtension final S3ProxyExtension server = S3Bucket.server(KEY, KEY);

  private S3Bucket reports;

  @BeforeEach
  void createBucket() {
    reports = S3Bucket.create("reports", server.getUri(), KEY, KEY);
  }

  @AfterEach
  void closeBucket() {
    reports.close();
  }

  private List<String> command(String... arguments) {
    List<String> command = new ArrayList<>(List.of(arguments));
    if (!arguments[0].equals("gc")) {
      command.addAll(List.of("--master", "local[2]"));
    }
    command.addAll(S3Bucket.conf(server.getUri(), KEY, KEY));
    return command;
  }

  private List<String> audit(String run) {
    return command("audit", FIXTURE, "--report", reports.uri("ci"), "--run-id", run);
  }

  private static ChildProcess.Ended inThisProcess(List<String> command) throws Exception {
    LocalSpark.stop();
    FileSystem.closeAll();
    return InProcess.run(command.toArray(String[]::new));
  }

  private void assertWholeLatestRun(String run) throws Exception {
    ChildProcess.Ended verified = inThisProcess(command("verify", reports.uri("ci")));
    assertThat(verified.exitCode()).as(verified.out() + verified.err()).isZero();
    assertThat(verified.out())
        .startsWith(run + ": ")
        .endsWith("; all rows are those that were published\n");
  }

  private Map<String, String> digests(String run) throws IOException {
    byte[] manifest = reports.download("ci/_runs/" + run + "/manifest.json");
    return Audits.digests(ReportJson.read(manifest, Manifest.class));
  }

  @Test
  @DisplayName("O5, O21: kill -9 of the driver while its uploads are pending")
  void killedWhileUploadsArePending() throws Exception {
    ChildProcess.Ended before = inThisProcess(audit("before"));
    assertThat(before.exitCode()).as(before.err()).isEqualTo(FINDINGS);
    List<String> stopped = audit("run");
    stopped.addAll(WatchedS3.stopBefore(TASK_COMMIT));
    try (ChildProcess driver = Product.startBesideTests(stopped)) {
      driver.awaitOnStderr(Pattern.compile("STOPPED before"), TO_THE_MOMENT);
      driver.killAtOnce();
    }
    List<String> left = reports.pendingUploads();
    assertThat(left).anyMatch(key -> key.matches("ci/tensors/run_id=run/part-.*[.]parquet"));
    assertThat(reports.keys()).doesNotContain("ci/_runs/run/manifest.json");
    assertWholeLatestRun("before");
    ChildProcess.Ended retry = inThisProcess(audit("run"));
    assertThat(retry.exitCode()).as(retry.err()).isEqualTo(FINDINGS);
    assertWholeLatestRun("run");
    assertThat(digests("run")).isEqualTo(digests("before"));
    // Nobody may abort what another driver may still be uploading: see docs/cluster.md.
    assertThat(reports.pendingUploads()).containsExactlyInAnyOrderElementsOf(left);
    ChildProcess.Ended kept = inThisProcess(command("gc", reports.uri("ci")));
    assertThat(kept.out()).contains(", " + left.size() + " uploads, last written ", "; kept, as ");
    ChildProcess.Ended gone = inThisProcess(command("gc", reports.uri("ci"), "--older-than", "0m"));
    assertThat(gone.exitCode()).as(gone.err()).isZero();
    assertThat(gone.out())
        .matches(
            "(?s).*\nremoved of 1 runs: [0-9,]+ files, [0-9,]+ bytes, %s uploads\n"
                .formatted(left.size()));
    assertThat(reports.pendingUploads()).isEmpty();
    assertThat(reports.keys()).noneMatch(key -> key.contains("__magic"));
    assertWholeLatestRun("run");
  }
}
