package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.ReportJson;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.job.testing.Product;
import io.ckptaudit.job.testing.S3Bucket;
import io.ckptaudit.job.testing.SafetensorsBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileSystem;
import org.gaul.s3proxy.junit.S3ProxyExtension;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
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

  @RegisterExtension final S3ProxyExtension server = S3Bucket.server(ACCESS_KEY, SECRET_KEY);

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
    List<String> command = new ArrayList<>(List.of(arguments));
    command.addAll(S3Bucket.conf(server.getUri(), ACCESS_KEY, secretKey));
    return command.toArray(String[]::new);
  }

  @Test
  @DisplayName("O21, O22: the magic committer; gate exits by the verdict in the store")
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
    assertThat(Audits.digests(manifest)).isEqualTo(Audits.digests(local));
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

  /** PyTorch files of both kinds, with promised checksums that are verified on the way. */
  @Test
  void torchFilesHaveTheTablesThatTheyHaveLocally() throws Exception {
    Path local = copyWithChecksums(Fixtures.path("llama-hf-bin"), folder.resolve("bin"));
    Path legacy = folder.resolve("legacy.pth");
    Files.copy(Fixtures.path("torch-shapes/legacy.pth"), legacy);
    Audits.audits().run(folder.resolve("expected"), local.toString(), legacy.toString());
    weights.upload(local, "bin");
    weights.upload(legacy, "old/legacy.pth");
    ChildProcess.Ended ended =
        audit(
            folder.resolve("from-s3"),
            "--verify-checksums",
            weights.uri("bin"),
            weights.uri("old/legacy.pth"));
    assertThat(ended.exitCode()).as(ended.err()).isZero();
    assertThat(ended.out()).contains("3 of 3 files as promised", "0 of 1 file as promised");
    LocalSpark.session();
    Map<String, String> digests = Audits.digests(folder.resolve("from-s3"));
    Map<String, String> expected = Audits.digests(folder.resolve("expected"));
    assertThat(digests.remove("findings")).isNotEqualTo(expected.remove("findings"));
    assertThat(digests).isEqualTo(expected);
  }

  private static Path copyWithChecksums(Path from, Path to) throws Exception {
    Files.createDirectories(to);
    StringBuilder sums = new StringBuilder();
    try (var files = Files.list(from)) {
      for (Path file : files.toList()) {
        byte[] content = Files.readAllBytes(file);
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(content);
        Files.write(to.resolve(file.getFileName()), content);
        sums.append(HexFormat.of().formatHex(sha256) + "  " + file.getFileName() + "\n");
      }
    }
    Files.writeString(to.resolve("SHA256SUMS"), sums);
    return to;
  }

  private ChildProcess.Ended audit(Path report, String... arguments) throws Exception {
    withoutSession();
    List<String> command = new ArrayList<>(List.of("audit"));
    command.addAll(List.of(arguments));
    command.addAll(List.of("--run-id", "run", "--report", report.toString()));
    command.addAll(List.of("--master", "local[2]"));
    return InProcess.run(command(SECRET_KEY, command.toArray(String[]::new)));
  }

  /** Row H4: every key is what it is, and is opened as that. */
  @Test
  void oddKeysAreExact() throws Exception {
    byte[] file = SafetensorsBytes.file().tensor("w", "BF16", (short) 0x3F80, (short) 0).bytes();
    List<String> prefixes =
        List.of("ünïcode 模型 \uD83D\uDE80", "100%25 a%2Fb %zz", "a+b c", "folder", "semi;=&'!@$,()");
    List<String> expected = new ArrayList<>();
    for (String prefix : prefixes) {
      String name = "w " + prefix + ".safetensors";
      weights.put("odd/" + prefix + "/" + name, file);
      expected.add(weights.uri("odd/" + prefix) + " " + name);
    }
    weights.put("odd/folder/", new byte[0]);
    weights.put("odd/folder/no weights + %2F/", new byte[0]);
    List<String> uris = new ArrayList<>();
    prefixes.forEach(prefix -> uris.add(weights.uri("odd/" + prefix)));
    for (List<String> asked : List.of(List.of(weights.uri("odd/*")), uris)) {
      Path report = folder.resolve("odd-" + asked.size());
      ChildProcess.Ended ended = audit(report, asked.toArray(String[]::new));
      assertThat(ended.exitCode()).as(ended.err()).isZero();
      LocalSpark.session();
      assertThat(Audits.rows(report, Table.FILES))
          .extracting(row -> row.getAs("checkpoint") + " " + row.getAs("file"))
          .containsExactlyInAnyOrderElementsOf(expected);
    }
  }

  @Test
  @DisplayName("O12: no such bucket, no such prefix")
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
        .doesNotContain("\tat ", "\\u0009at ");
  }

  /** Known before a weight is read. */
  @Test
  void aReportWithoutABucketIsNotPublished() throws Exception {
    ChildProcess.Ended ended = audit(SECRET_KEY, FIXTURE.toString(), "s3a://reprots/ci");
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(13);
    assertThat(ended.err()).contains("Cannot publish the report to s3a://reprots/ci");
  }
}
