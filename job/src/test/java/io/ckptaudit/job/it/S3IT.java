package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.ReportJson;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.job.testing.Product;
import io.ckptaudit.job.testing.S3Bucket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileSystem;
import org.gaul.s3proxy.junit.S3ProxyExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Weights and reports in an S3 store, with the endpoint and the keys given by {@code --conf}. */
@Timeout(600)
@Tag("full")
class S3IT {

  private static final String ACCESS_KEY = "access-of-the-test";
  private static final String SECRET_KEY = "s3cr3t-of-the-test";
  private static final Path FIXTURE = Fixtures.path("llama-hf-broken-bf16");
  private static final int FINDINGS = 10;

  @RegisterExtension
  final S3ProxyExtension server =
      S3ProxyExtension.builder()
          .withCredentials(ACCESS_KEY, SECRET_KEY)
          .withBlobStoreProvider("transient-nio2")
          .build();

  @TempDir Path folder;

  private S3Bucket weights;
  private S3Bucket reports;

  @BeforeEach
  void createBuckets() {
    weights = S3Bucket.create("weights", server.getUri(), ACCESS_KEY, SECRET_KEY);
    reports = S3Bucket.create("reports", server.getUri(), ACCESS_KEY, SECRET_KEY);
  }

  @AfterEach
  void closeBuckets() {
    weights.close();
    reports.close();
  }

  /** A command with the settings of the store behind it. */
  private String[] command(String secretKey, String... arguments) {
    Map<String, String> settings = new TreeMap<>();
    settings.put("endpoint", server.getUri().toString());
    settings.put("endpoint.region", "us-east-1");
    settings.put("path.style.access", "true");
    settings.put("connection.ssl.enabled", "false");
    settings.put(
        "aws.credentials.provider", "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider");
    settings.put("access.key", ACCESS_KEY);
    settings.put("secret.key", secretKey);
    settings.put("attempts.maximum", "1");
    List<String> command = new ArrayList<>(List.of(arguments));
    settings.forEach(
        (key, value) ->
            command.addAll(List.of("--conf", "spark.hadoop.fs.s3a." + key + "=" + value)));
    return command.toArray(String[]::new);
  }

  @Test
  void auditsFromAndToTheStore() throws Exception {
    weights.upload(FIXTURE, "llama");
    String[] audit =
        command(
            SECRET_KEY,
            "audit",
            weights.uri("llama"),
            "--report",
            reports.uri("ci"),
            "--run-id",
            "run",
            "--master",
            "local[2]");
    ChildProcess.Ended ended = Product.launch(audit);
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(FINDINGS);
    assertThat(ended.out() + ended.err()).doesNotContain(SECRET_KEY).doesNotContain(ACCESS_KEY);
    assertSameTablesAsLocally();
    assertCommittedByTheMagicCommitter();
    assertNoSecretIsStored();
    assertStoredRunIsShown();
    weights.deleteAll();
    assertThat(InProcess.run(audit).exitCode()).as("without the weights").isEqualTo(FINDINGS);
  }

  private void assertSameTablesAsLocally() throws Exception {
    Path local = folder.resolve("local");
    Audits.audits().run(local, FIXTURE.toString());
    Manifest manifest =
        ReportJson.read(reports.download("ci/_runs/run/manifest.json"), Manifest.class);
    Map<String, String> digests = new TreeMap<>();
    manifest.tables().forEach((table, entry) -> digests.put(table, "" + entry.digest()));
    assertThat(digests).isEqualTo(Audits.digests(local));
  }

  private void assertCommittedByTheMagicCommitter() throws Exception {
    byte[] success = reports.download("ci/tensors/run_id=run/_SUCCESS");
    assertThat(new ObjectMapper().readTree(success).path("committer").asText()).isEqualTo("magic");
  }

  private void assertNoSecretIsStored() throws Exception {
    List<String> texts = new ArrayList<>();
    for (String key : reports.keys()) {
      if (key.endsWith(".json")) {
        texts.add(new String(reports.download(key), StandardCharsets.UTF_8));
      } else if (key.startsWith("ci/runs/") && key.endsWith(".parquet")) {
        texts.add(config(reports.download(key)));
      }
    }
    assertThat(texts).hasSize(4);
    assertThat(String.join("\n", texts))
        .contains("\"spark.hadoop.fs.s3a.secret.key\":\"(redacted)\"")
        .doesNotContain(SECRET_KEY)
        .doesNotContain(ACCESS_KEY);
  }

  private String config(byte[] parquet) throws Exception {
    Path file = Files.write(folder.resolve("runs.parquet"), parquet);
    try (var duckdb = DriverManager.getConnection("jdbc:duckdb:");
        var rows = duckdb.createStatement().executeQuery("SELECT config FROM '" + file + "'")) {
      rows.next();
      return rows.getString(1);
    }
  }

  private void assertStoredRunIsShown() throws Exception {
    withoutSession();
    ChildProcess.Ended show = InProcess.run(command(SECRET_KEY, "show", reports.uri("ci")));
    assertThat(show.exitCode()).as(show.err()).isZero();
    assertThat(show.out()).contains("VERDICT: findings", "run run in " + reports.uri("ci"));
    ChildProcess.Ended gate = InProcess.run(command(SECRET_KEY, "gate", reports.uri("ci")));
    assertThat(gate.exitCode()).as(gate.err()).isEqualTo(FINDINGS);
  }

  /** A JVM has one session, and one file system for all who name a bucket, with whatever keys. */
  private static void withoutSession() throws IOException {
    LocalSpark.stop();
    FileSystem.closeAll();
  }

  private ChildProcess.Ended audit(String secretKey, String uri, String report) throws Exception {
    withoutSession();
    return InProcess.run(
        command(secretKey, "audit", uri, "--report", report, "--master", "local[2]"));
  }

  @Test
  void nothingThereIsAMistypedUri() throws Exception {
    String report = folder.resolve("report").toString();
    ChildProcess.Ended bucket = audit(SECRET_KEY, "s3a://wieghts/llama", report);
    assertThat(bucket.exitCode()).as(bucket.err()).isEqualTo(2);
    assertThat(bucket.err()).contains("Cannot find 's3a://wieghts/llama'");
    ChildProcess.Ended prefix = audit(SECRET_KEY, weights.uri("lama"), report);
    assertThat(prefix.exitCode()).as(prefix.err()).isEqualTo(2);
    assertThat(prefix.err()).contains("Cannot find 's3a://weights/lama'");
  }

  @Test
  void deniedAccessIsIncomplete() throws Exception {
    weights.upload(FIXTURE.resolve("config.json"), "llama/config.json");
    ChildProcess.Ended ended =
        audit("wr0ng-key", weights.uri("llama"), folder.resolve("report").toString());
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(12);
    assertThat(ended.err())
        .contains("Cannot access 's3a://weights/llama'", "check the credentials")
        .doesNotContain("wr0ng-key")
        .doesNotContain("\tat ");
  }

  /** Known before a weight is read. */
  @Test
  void aReportWithoutABucketIsNotPublished() throws Exception {
    ChildProcess.Ended ended = audit(SECRET_KEY, FIXTURE.toString(), "s3a://reprots/ci");
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(13);
    assertThat(ended.err()).contains("Cannot publish the report to s3a://reprots/ci");
  }
}
