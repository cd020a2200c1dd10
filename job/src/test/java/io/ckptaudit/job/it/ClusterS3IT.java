package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.ReportJson;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.Product;
import io.ckptaudit.job.testing.S3Bucket;
import io.ckptaudit.job.testing.StandaloneCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.gaul.s3proxy.junit.S3ProxyExtension;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * The thin jar on a cluster whose executors read weights from an S3 store and write tables there.
 */
@Timeout(300)
@Tag("full")
class ClusterS3IT {

  private static final String ACCESS_KEY = "access-of-the-test";
  private static final String SECRET_KEY = "s3cr3t-of-the-test";
  private static final Path FIXTURE = Fixtures.path("llama-hf-broken-bf16");
  private static final int FINDINGS = 10;

  @RegisterExtension final S3ProxyExtension server = S3Bucket.server(ACCESS_KEY, SECRET_KEY);

  @TempDir Path folder;

  @Test
  @DisplayName("O10, O21: a cluster on S3 has the tables of local mode, and no secret anywhere")
  void theReportIsThatOfLocalModeAndHasNoSecret() throws Exception {
    Path local = folder.resolve("local");
    assertThat(Audits.audits().run(local, FIXTURE.toString()).exitCode()).isEqualTo(FINDINGS);
    Path events = Files.createDirectories(folder.resolve("events"));
    try (S3Bucket weights = bucket("weights");
        S3Bucket reports = bucket("reports");
        StandaloneCluster cluster =
            StandaloneCluster.start(Files.createDirectories(folder.resolve("spark")), 2)) {
      weights.upload(FIXTURE, "llama");
      ChildProcess.Ended ended = submit(cluster, events, weights.uri("llama"), reports.uri("ci"));
      assertThat(ended.exitCode()).as(ended.err()).isEqualTo(FINDINGS);
      assertThat(ended.out()).contains("VERDICT: findings", "exit code 10");
      assertThat(ClusterIT.readTasksByExecutor(events)).containsOnlyKeys("0", "1");
      assertSameTables(reports, local);
      Map<String, String> texts = new TreeMap<>(cluster.logs());
      texts.put("driver", ended.out() + ended.err());
      texts.put("events", contentOfTheOnlyFile(events));
      texts.putAll(stored(reports));
      assertNoSecretIn(texts);
    }
  }

  private S3Bucket bucket(String name) {
    return S3Bucket.create(name, server.getUri(), ACCESS_KEY, SECRET_KEY);
  }

  /** The keys given to Spark, and to the program too, which records what it was given. */
  private ChildProcess.Ended submit(
      StandaloneCluster cluster, Path events, String uri, String report) throws Exception {
    List<String> store = S3Bucket.conf(server.getUri(), ACCESS_KEY, SECRET_KEY);
    List<String> options = new ArrayList<>(List.of("--master", cluster.url()));
    Map<String, String> settings = ClusterIT.settings(events);
    settings.put("spark.logConf", "true");
    settings.forEach((key, value) -> options.addAll(List.of("--conf", key + "=" + value)));
    options.addAll(store);
    List<String> audit = new ArrayList<>(List.of("audit", uri, "--report", report));
    audit.addAll(List.of("--run-id", "run", "--split-size", "32KiB"));
    audit.addAll(store);
    return Product.submit(options, audit.toArray(String[]::new));
  }

  private static void assertSameTables(S3Bucket reports, Path local) throws Exception {
    Manifest manifest =
        ReportJson.read(reports.download("ci/_runs/run/manifest.json"), Manifest.class);
    assertThat(Audits.digests(manifest)).isEqualTo(Audits.digests(local));
    byte[] success = reports.download("ci/tensors/run_id=run/_SUCCESS");
    assertThat(new ObjectMapper().readTree(success).path("committer").asText()).isEqualTo("magic");
    assertThat(reports.pendingUploads()).isEmpty();
  }

  private static String contentOfTheOnlyFile(Path events) throws Exception {
    try (var files = Files.list(events)) {
      return Files.readString(files.filter(f -> !f.toString().endsWith(".crc")).toList().get(0));
    }
  }

  /** All that is in the report, by key: rows of tables as text. */
  private Map<String, String> stored(S3Bucket reports) throws Exception {
    Map<String, String> texts = new TreeMap<>();
    for (String key : reports.keys()) {
      byte[] content = reports.download(key);
      texts.put(
          key,
          key.endsWith(".parquet") ? rows(content) : new String(content, StandardCharsets.UTF_8));
    }
    return texts;
  }

  private String rows(byte[] parquet) throws Exception {
    Path file = Files.write(folder.resolve("part.parquet"), parquet);
    StringBuilder text = new StringBuilder();
    try (var duckdb = DriverManager.getConnection("jdbc:duckdb:");
        var rows =
            duckdb.createStatement().executeQuery("SELECT t::VARCHAR FROM '" + file + "' t")) {
      while (rows.next()) {
        text.append(rows.getString(1)).append('\n');
      }
    }
    return text.toString();
  }

  /** Each place where it could be has text, so that it could be seen there. */
  private static void assertNoSecretIn(Map<String, String> texts) {
    assertThat(String.join("\n", texts.keySet()))
        .containsPattern("worker-0/app-[^/]+/\\d+/stderr")
        .containsPattern("worker-1/app-[^/]+/\\d+/stderr")
        .containsPattern("ci/runs/run_id=run/part-.*parquet");
    assertThat(texts.get("0")).contains("Registered app");
    assertThat(texts.get("1")).contains("Launch command");
    assertThat(texts.get("driver")).contains("spark.hadoop.fs.s3a.secret.key=*********(redacted)");
    assertThat(texts.get("events"))
        .contains("\"spark.hadoop.fs.s3a.secret.key\":\"*********(redacted)\"");
    assertThat(String.join("\n", texts.values()))
        .contains("\"spark.hadoop.fs.s3a.secret.key\":\"(redacted)\"");
    texts.forEach(
        (name, text) ->
            assertThat(text).as(name).doesNotContain(SECRET_KEY).doesNotContain(ACCESS_KEY));
  }
}
