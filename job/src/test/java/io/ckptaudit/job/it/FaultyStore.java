package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.pipeline.SparkSessions;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.CountingS3;
import io.ckptaudit.job.testing.FaultProxy;
import io.ckptaudit.job.testing.FaultProxy.Request;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.job.testing.Product;
import io.ckptaudit.job.testing.S3Bucket;
import io.ckptaudit.job.testing.SafetensorsBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.gaul.s3proxy.junit.S3ProxyExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** An S3 store with faults, a bucket of its own for each test, and the session that audits it. */
@Timeout(300)
@Tag("full")
abstract class FaultyStore {

  static final String ACCESS_KEY = "access-of-the-test";
  static final String SECRET_KEY = "s3cr3t-of-the-test";
  static final Path FIXTURE = Fixtures.path("llama-hf-bf16");
  static final String VICTIM = "model-00002-of-00004.safetensors";

  /** The only file of a checkpoint. */
  static final String MODEL = "model.safetensors";

  static final AtomicInteger BUCKETS = new AtomicInteger();

  @RegisterExtension final S3ProxyExtension server = S3Bucket.server(ACCESS_KEY, SECRET_KEY);

  @TempDir static Path folder;

  static SparkSession session;
  static Map<String, String> expected;

  String name;
  FaultProxy store;
  S3Bucket bucket;
  Path report;

  /** Four tasks at a time, each with four readers whose requests are longer than a block. */
  @BeforeAll
  static void startSession() {
    LocalSpark.stop();
    session =
        SparkSessions.start(
            "local[4]",
            Map.of("spark.ckptaudit.read.request", "1m", "spark.sql.shuffle.partitions", "2"));
    hadoop().set("fs.s3a.impl", CountingS3.class.getName());
    expected = digestsOf(FIXTURE);
  }

  static Configuration hadoop() {
    return session.sparkContext().hadoopConfiguration();
  }

  @AfterAll
  static void stopSession() {
    session.stop();
  }

  /** A bucket of its own, since a JVM has one file system for all who name it. */
  @BeforeEach
  void createBucket() {
    name = "weights-" + BUCKETS.incrementAndGet();
    store = FaultProxy.before(server.getUri());
    bucket = S3Bucket.create(name, server.getUri(), ACCESS_KEY, SECRET_KEY);
    settings().forEach((key, value) -> hadoop().set("fs.s3a.bucket." + name + "." + key, value));
    report = folder.resolve(name);
  }

  /** Few attempts by the client itself, so that those of the audit are seen. */
  Map<String, String> settings() {
    Map<String, String> settings = S3Bucket.settings(store.uri(), ACCESS_KEY, SECRET_KEY);
    settings.put("retry.limit", "1");
    settings.put("retry.interval", "20ms");
    settings.put("retry.throttle.limit", "1");
    settings.put("retry.throttle.interval", "20ms");
    settings.put("connection.timeout", "2s");
    return settings;
  }

  @AfterEach
  void noStreamIsLeftOpen() throws IOException {
    bucket.close();
    store.close();
    assertThat(CountingS3.open()).as("streams open").isZero();
  }

  Audits audit() {
    return Audits.audits().on(session);
  }

  RunVerdict auditStore(Runnable beforeReading) {
    return audit().beforeReading(beforeReading).run(report, bucket.uri("llama"));
  }

  void upload() throws IOException {
    bucket.upload(FIXTURE, "llama");
  }

  static Map<String, String> digestsOf(Path checkpoint) {
    Path local = folder.resolve("local-" + BUCKETS.incrementAndGet());
    Audits.audits().on(session).run(local, checkpoint.toString());
    return Audits.digests(local);
  }

  /** Of a checkpoint that is one file. */
  static Map<String, String> digestsOf(byte[] model) throws IOException {
    Path local = Files.createDirectories(folder.resolve("model-" + BUCKETS.incrementAndGet()));
    Files.write(local.resolve(MODEL), model);
    return digestsOf(local);
  }

  /** The program itself, with settings on top of those of the store. */
  ChildProcess.Ended launch(Map<String, String> more, String... arguments) throws Exception {
    Map<String, String> conf = new TreeMap<>(more);
    settings().forEach((key, value) -> conf.putIfAbsent("spark.hadoop.fs.s3a." + key, value));
    List<String> command = new ArrayList<>(List.of("audit", "--master", "local[2]"));
    command.addAll(List.of(arguments));
    conf.forEach((key, value) -> command.addAll(List.of("--conf", key + "=" + value)));
    return Product.launch(command.toArray(String[]::new));
  }

  static List<Row> rows(Path of, Table table) {
    return session.read().parquet(of + "/" + table.folder()).collectAsList();
  }

  List<Row> faults(String rule) {
    return rows(report, Table.FINDINGS).stream()
        .filter(row -> row.<String>getAs("rule").equals(rule))
        .toList();
  }

  static Predicate<Request> reads(String name) {
    return request -> request.reads(name);
  }

  static byte[] weights(int seed, int mebibytes, String... tensors) {
    SafetensorsBytes file = SafetensorsBytes.file();
    Random random = new Random(seed);
    for (String tensor : tensors) {
      byte[] codes = new byte[mebibytes << 20];
      random.nextBytes(codes);
      file.tensor(tensor, "BF16", new long[] {mebibytes, 512, 1024}, codes);
    }
    return file.bytes();
  }

  void assertTheOthersAreAudited() {
    assertThat(rows(report, Table.TENSORS))
        .hasSize(30)
        .filteredOn(row -> row.getAs("nan") == null)
        .hasSize(8);
    assertThat(rows(report, Table.FILES))
        .filteredOn(row -> row.getAs("status").equals("unreadable"))
        .extracting(row -> row.<String>getAs("file"))
        .containsExactly(VICTIM);
  }

  void put(byte[] content, String key) {
    try {
      Path file = Files.write(folder.resolve("put-" + BUCKETS.incrementAndGet()), content);
      bucket.upload(file, key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
