package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.pipeline.SparkSessions;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.CountingS3;
import io.ckptaudit.job.testing.FaultProxy;
import io.ckptaudit.job.testing.FaultProxy.Fault;
import io.ckptaudit.job.testing.FaultProxy.Request;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.LocalSpark;
import io.ckptaudit.job.testing.Product;
import io.ckptaudit.job.testing.S3Bucket;
import io.ckptaudit.job.testing.SafetensorsBytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.gaul.s3proxy.junit.S3ProxyExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * An S3 store that fails, changes and refuses under the audit. Rows O8 to O15 of docs/faults.md.
 */
@Timeout(300)
@Tag("full")
class StoreFaultsIT {

  private static final String ACCESS_KEY = "access-of-the-test";
  private static final String SECRET_KEY = "s3cr3t-of-the-test";
  private static final Path FIXTURE = Fixtures.path("llama-hf-bf16");
  private static final String VICTIM = "model-00002-of-00004.safetensors";
  private static final String INCOMPLETE = "incomplete";
  private static final AtomicInteger BUCKETS = new AtomicInteger();

  @RegisterExtension
  static final S3ProxyExtension SERVER =
      S3ProxyExtension.builder()
          .withCredentials(ACCESS_KEY, SECRET_KEY)
          .withBlobStoreProvider("transient-nio2")
          .build();

  @TempDir static Path folder;

  private static SparkSession session;
  private static Map<String, String> expected;

  private String name;
  private FaultProxy store;
  private S3Bucket bucket;
  private Path report;

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

  private static Configuration hadoop() {
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
    store = FaultProxy.before(SERVER.getUri());
    bucket = S3Bucket.create(name, SERVER.getUri(), ACCESS_KEY, SECRET_KEY);
    settings().forEach((key, value) -> hadoop().set("fs.s3a.bucket." + name + "." + key, value));
    report = folder.resolve(name);
  }

  /** Few attempts by the client itself, so that those of the audit are seen. */
  private Map<String, String> settings() {
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

  private Audits audit() {
    return Audits.audits().on(session);
  }

  private RunVerdict auditStore(Runnable beforeReading) {
    return audit().beforeReading(beforeReading).run(report, bucket.uri("llama"));
  }

  private void upload() throws IOException {
    bucket.upload(FIXTURE, "llama");
  }

  private static Map<String, String> digestsOf(Path checkpoint) {
    Path local = folder.resolve("local-" + BUCKETS.incrementAndGet());
    Audits.audits().on(session).run(local, checkpoint.toString());
    return Audits.digests(local);
  }

  private static List<Row> rows(Path of, Table table) {
    return session.read().parquet(of + "/" + table.folder()).collectAsList();
  }

  private List<Row> faults(String rule) {
    return rows(report, Table.FINDINGS).stream()
        .filter(row -> row.<String>getAs("rule").equals(rule))
        .toList();
  }

  private static Predicate<Request> reads(String name) {
    return request -> request.reads(name);
  }

  static Stream<Arguments> passing() {
    return Stream.of(
        Arguments.of("a reset after 1000 bytes", FaultProxy.resetAfter(1000), 6),
        Arguments.of("a reset before the first byte", FaultProxy.resetAfter(0), 3),
        Arguments.of("a body of 1000 bytes", FaultProxy.shortBody(1000), 6),
        Arguments.of("silence after 1000 bytes", FaultProxy.stallAfter(1000, 60_000), 1),
        Arguments.of("status 500", FaultProxy.status(500, "InternalError"), 3),
        Arguments.of("status 503", FaultProxy.status(503, "SlowDown"), 3));
  }

  @ParameterizedTest(name = "o08 {0}")
  @MethodSource("passing")
  void o08_whatPassesLeavesNoTrace(String fault, Fault answer, int times) throws IOException {
    upload();
    RunVerdict verdict = auditStore(() -> store.on(reads("model-0000"), answer, times));
    assertThat(store.met()).as(fault).isEqualTo(times);
    assertThat(verdict.exitCode()).isZero();
    assertThat(Audits.digests(report)).isEqualTo(expected);
  }

  /** In the second block of one that is read as it comes. */
  @Test
  void o08_aResetWithinALongRequestLeavesNoTrace() throws IOException {
    byte[] content = weights(1, 2, "a", "b", "c");
    put(content, "llama/model.safetensors");
    RunVerdict verdict =
        auditStore(() -> store.on(reads("model.safetensors"), FaultProxy.resetAfter(950_000), 3));
    assertThat(store.met()).isEqualTo(3);
    assertThat(verdict.exitCode()).isNotEqualTo(12);
    Path local = Files.createDirectories(folder.resolve("reset"));
    Files.write(local.resolve("model.safetensors"), content);
    assertThat(Audits.digests(report)).isEqualTo(digestsOf(local));
  }

  @Test
  void o08_aStormThatDoesNotPassCostsTheTensorsItHits() throws IOException {
    upload();
    RunVerdict verdict =
        auditStore(() -> store.on(reads(VICTIM), FaultProxy.status(503, "SlowDown")));
    assertThat(verdict.exitCode()).isEqualTo(12);
    assertThat(faults("IO_READ"))
        .hasSize(8)
        .allSatisfy(
            row -> {
              long offset = row.<Long>getAs("byte_offset");
              assertThat(row.<String>getAs("message"))
                  .isEqualTo(
                      "Cannot read tensor '%s' of %s at byte %s: reading it failed at byte %s, after 8 attempts; check the disk or the store (see the log) and run the audit again",
                      row.getAs("tensor"), VICTIM, offset, offset);
            });
    assertTheOthersAreAudited();
  }

  private void assertTheOthersAreAudited() {
    assertThat(rows(report, Table.TENSORS))
        .hasSize(30)
        .filteredOn(row -> row.getAs("nan") == null)
        .hasSize(8);
    assertThat(rows(report, Table.FILES))
        .filteredOn(row -> row.getAs("status").equals("unreadable"))
        .extracting(row -> row.<String>getAs("file"))
        .containsExactly(VICTIM);
  }

  /** The victim with other weights under the same header, a new one for each seed. */
  private static byte[] otherWeights(Path shard, int seed) {
    try {
      byte[] bytes = Files.readAllBytes(shard);
      for (int i = 1; i <= 64; i++) {
        bytes[bytes.length - 2 * i] = (byte) (seed * 31 + i);
      }
      return bytes;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void put(byte[] content, String key) {
    try {
      Path file = Files.write(folder.resolve("put-" + BUCKETS.incrementAndGet()), content);
      bucket.upload(file, key);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Path checkpointWith(byte[] victim) throws IOException {
    Path copy = Files.createDirectories(folder.resolve("copy-" + BUCKETS.incrementAndGet()));
    try (var files = Files.list(FIXTURE)) {
      for (Path file : files.toList()) {
        Files.copy(file, copy.resolve(file.getFileName().toString()));
      }
    }
    Files.write(copy.resolve(VICTIM), victim);
    return copy;
  }

  @Test
  void o09_overwrittenBetweenListAndReadIsReadAsItIsThen() throws IOException {
    upload();
    byte[] other = otherWeights(FIXTURE.resolve(VICTIM), 1);
    RunVerdict verdict = auditStore(() -> put(other, "llama/" + VICTIM));
    assertThat(verdict.exitCode()).isNotEqualTo(12);
    assertThat(Audits.digests(report)).isEqualTo(digestsOf(checkpointWith(other)));
  }

  /** Another header too: the tensors of the second pass are not those of the first. */
  @Test
  void o09_overwrittenBetweenTwoRangesIsReadAsItIsThen() throws IOException {
    // More parts than may be read while one waits, so that some are asked for afterwards.
    byte[] before = weights(1, 8, "a", "b", "c");
    byte[] after = weights(2, 8, "a", "c", "d", "e");
    put(before, "llama/model.safetensors");
    AtomicInteger reads = new AtomicInteger();
    RunVerdict verdict =
        auditStore(
            () ->
                store.on(
                    request -> request.reads("model.safetensors") && reads.incrementAndGet() == 5,
                    (request, answer, client) -> {
                      put(after, "llama/model.safetensors");
                      answer.sendTo(client);
                    }));
    assertThat(store.met()).isEqualTo(1);
    assertThat(verdict.exitCode()).isNotEqualTo(12);
    Path local = Files.createDirectories(folder.resolve("after"));
    Files.write(local.resolve("model.safetensors"), after);
    assertThat(Audits.digests(report)).isEqualTo(digestsOf(local));
  }

  private static byte[] weights(int seed, int mebibytes, String... tensors) {
    SafetensorsBytes file = SafetensorsBytes.file();
    Random random = new Random(seed);
    for (String tensor : tensors) {
      byte[] codes = new byte[mebibytes << 20];
      random.nextBytes(codes);
      file.tensor(tensor, "BF16", new long[] {mebibytes, 512, 1024}, codes);
    }
    return file.bytes();
  }

  @Test
  void o09_whatChangesUnderEachPassIsIncomplete() throws IOException {
    upload();
    AtomicInteger versions = new AtomicInteger();
    Runnable change =
        () ->
            put(
                otherWeights(FIXTURE.resolve(VICTIM), versions.incrementAndGet()),
                "llama/" + VICTIM);
    RunVerdict verdict =
        auditStore(
            () -> {
              change.run();
              // After each header that is read; the weights after it are others.
              store.on(
                  request -> request.reads(VICTIM) && request.from() == 0,
                  (request, answer, client) -> {
                    change.run();
                    answer.sendTo(client);
                  });
            });
    assertThat(verdict.verdict()).isEqualTo(INCOMPLETE);
    assertThat(verdict.exitCode()).isEqualTo(12);
    assertThat(faults("CHANGED_DURING_AUDIT")).hasSize(8);
    assertTheOthersAreAudited();
  }

  @Test
  void o09_deletedIsGone() throws IOException {
    upload();
    RunVerdict verdict = auditStore(() -> bucket.delete("llama/" + VICTIM));
    assertThat(verdict.exitCode()).isEqualTo(12);
    assertThat(faults("GONE")).hasSize(8);
    assertTheOthersAreAudited();
  }

  @Test
  void o09_aStoreWithoutEtagsIsReadAndAChangeOfLengthIsNoticed() throws IOException {
    upload();
    store.on(request -> true, FaultProxy.withoutEtag());
    byte[] longer = weights(3, 2, "x");
    assertThat(auditStore(() -> {}).exitCode()).isZero();
    assertThat(Audits.digests(report)).isEqualTo(expected);
    put(weights(2, 2, "a", "b"), "other/model.safetensors");
    Path second = folder.resolve("second-" + BUCKETS.incrementAndGet());
    audit()
        .beforeReading(() -> put(longer, "other/model.safetensors"))
        .run(second, bucket.uri("other"));
    Path local = Files.createDirectories(folder.resolve("longer"));
    Files.write(local.resolve("model.safetensors"), longer);
    assertThat(Audits.digests(second)).isEqualTo(digestsOf(local));
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        Arguments.of("403 on one prefix", FaultProxy.status(403, "AccessDenied")),
        Arguments.of("credentials that expired", FaultProxy.status(400, "ExpiredToken")),
        Arguments.of("a key of KMS that is denied", FaultProxy.status(403, "KMS.AccessDenied")));
  }

  @ParameterizedTest(name = "o10 {0}")
  @MethodSource("refusals")
  void o10_refusedFilesAreDeniedAndTheOthersAudited(String refusal, Fault fault)
      throws IOException {
    upload();
    RunVerdict verdict = auditStore(() -> store.on(reads(VICTIM), fault));
    assertThat(verdict.exitCode()).as(refusal).isEqualTo(12);
    assertThat(faults("IO_DENIED"))
        .hasSize(8)
        .allSatisfy(
            row ->
                assertThat(row.<String>getAs("message"))
                    .endsWith(
                        ": access to it is denied; grant the right to read it and run the audit again"));
    assertTheOthersAreAudited();
  }

  /** The program itself: its output, its log and what it stores. */
  @Test
  void o10_secretsAreNowhere() throws Exception {
    upload();
    store.on(request -> request.reads(VICTIM), FaultProxy.status(403, "AccessDenied"));
    List<String> command =
        new ArrayList<>(
            List.of("audit", bucket.uri("llama"), "--report", report.toString(), "--master"));
    command.add("local[2]");
    settings()
        .forEach(
            (key, value) ->
                command.addAll(List.of("--conf", "spark.hadoop.fs.s3a." + key + "=" + value)));
    ChildProcess.Ended ended = Product.launch(command.toArray(String[]::new));
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(12);
    assertThat(ended.err()).contains("Cannot read the header of " + VICTIM, "AccessDenied");
    assertThat(ended.out() + ended.err()).doesNotContain(SECRET_KEY).doesNotContain(ACCESS_KEY);
    try (Stream<Path> files = Files.walk(report)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
        assertThat(content).doesNotContain(SECRET_KEY).doesNotContain(ACCESS_KEY);
      }
    }
  }

  /** zip records a checksum of each storage; nothing is read twice because of it. */
  @Test
  void o11_wrongBytesOfTheRightNumberAreFoundWhereTheFormatHasAChecksum() throws IOException {
    bucket.upload(Fixtures.path("llama-hf-bin"), "llama");
    RunVerdict verdict =
        auditStore(() -> store.on(reads("pytorch_model-00002"), FaultProxy.wrongByte(), 1));
    assertThat(store.met()).isEqualTo(1);
    assertThat(verdict.exitCode()).isEqualTo(10);
    assertThat(faults("PT_CRC")).hasSize(1);
  }

  @Test
  void o13_twoConnectionsAreEnoughForSixteenReaders() throws IOException {
    hadoop().set("fs.s3a.bucket." + name + ".connection.maximum", "2");
    for (int i = 0; i < 8; i++) {
      put(weights(i, 2, "a" + i, "b" + i), "llama/" + i + ".safetensors");
    }
    int opened = CountingS3.opened();
    long begun = System.nanoTime();
    RunVerdict verdict = audit().splitBytes(1 << 20).run(report, bucket.uri("llama"));
    assertThat(verdict.exitCode()).isNotEqualTo(12);
    assertThat(CountingS3.opened() - opened).isGreaterThan(8 * 4);
    // A reader that has to wait for a connection to time out waits a minute.
    assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(50));
  }

  @Test
  void o15_aFolderThatCannotBeListedDoesNotEndTheListing() throws IOException {
    bucket.upload(FIXTURE, "models/a");
    bucket.upload(FIXTURE, "models/b");
    store.on(request -> request.lists("models/b"), FaultProxy.status(403, "AccessDenied"));
    store.on(request -> request.lists("models%2Fb"), FaultProxy.status(403, "AccessDenied"));
    RunVerdict verdict = audit().run(report, bucket.uri("models/*"));
    assertThat(verdict.exitCode()).isEqualTo(12);
    assertThat(verdict.checkpoints()).hasSize(2);
    assertThat(rows(report, Table.TENSORS)).hasSize(30);
    assertThat(faults("IO_DENIED"))
        .extracting(row -> row.<String>getAs("message"))
        .containsExactly(
            "Cannot list the folder: access to it is denied; grant the right to read it and run the audit again");
  }
}
