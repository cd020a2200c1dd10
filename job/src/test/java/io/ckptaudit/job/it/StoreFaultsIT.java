package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.CountingS3;
import io.ckptaudit.job.testing.FaultProxy.Fault;
import io.ckptaudit.job.testing.Faults;
import io.ckptaudit.job.testing.Fixtures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** An S3 store whose answers fail, or are wrong. Rows O8, O11 and O13 of docs/faults.md. */
class StoreFaultsIT extends FaultyStore {

  static Stream<Arguments> passing() {
    return Stream.of(
        Arguments.of("a reset after 1000 bytes", Faults.resetAfter(1000), 6),
        Arguments.of("a reset before the first byte", Faults.resetAfter(0), 3),
        Arguments.of("a body of 1000 bytes", Faults.shortBody(1000), 6),
        Arguments.of("silence after 1000 bytes", Faults.stallAfter(1000, 60_000), 1),
        Arguments.of("status 500", Faults.status(500, "InternalError"), 3),
        Arguments.of("status 503", Faults.status(503, "SlowDown"), 3));
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
    put(content, "llama/" + MODEL);
    RunVerdict verdict = auditStore(() -> store.on(reads(MODEL), Faults.resetAfter(950_000), 3));
    assertThat(store.met()).isEqualTo(3);
    assertThat(verdict.exitCode()).isNotEqualTo(12);
    assertThat(Audits.digests(report)).isEqualTo(digestsOf(content));
  }

  @Test
  void o08_aStormThatDoesNotPassCostsTheTensorsItHits() throws IOException {
    upload();
    RunVerdict verdict = auditStore(() -> store.on(reads(VICTIM), Faults.status(503, "SlowDown")));
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

  /** zip records a checksum of each storage; nothing is read twice because of it. */
  @Test
  void o11_wrongBytesOfTheRightNumberAreFoundWhereTheFormatHasAChecksum() throws IOException {
    bucket.upload(Fixtures.path("llama-hf-bin"), "llama");
    RunVerdict verdict =
        auditStore(() -> store.on(reads("pytorch_model-00002"), Faults.wrongByte(), 1));
    assertThat(store.met()).isEqualTo(1);
    assertThat(verdict.exitCode()).isEqualTo(10);
    assertThat(faults("PT_CRC")).hasSize(1);
  }

  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What the store sends is digested, so what it sends wrongly is found; it is not asked again. */
  @Test
  void o11_wrongBytesOfTheRightNumberBreakThePromisedSha256() throws IOException {
    upload();
    byte[] stored = Files.readAllBytes(FIXTURE.resolve(VICTIM));
    bucket.upload("llama/SHA256SUMS", sha256(stored) + "  " + VICTIM + "\n");
    RunVerdict verdict =
        audit()
            .verifyingChecksums()
            .beforeReading(() -> store.on(reads(VICTIM), Faults.wrongByte(), 1))
            .run(report, bucket.uri("llama"));
    assertThat(store.met()).isEqualTo(1);
    assertThat(verdict.exitCode()).isEqualTo(10);
    Row file =
        rows(report, Table.FILES).stream()
            .filter(row -> row.getAs("file").equals(VICTIM))
            .findFirst()
            .orElseThrow();
    assertThat(file.<String>getAs("checksum")).isEqualTo("mismatch");
    assertThat(faults("CHECKSUM_MISMATCH"))
        .extracting(row -> row.<String>getAs("message"))
        .containsExactly(
            "Cannot trust the bytes in %s at byte 0: its %s bytes have the sha256 %s, and SHA256SUMS at byte 0 promises %s; download the file again from its source"
                .formatted(VICTIM, stored.length, file.getAs("sha256"), sha256(stored)));
  }

  @Test
  void o13_twoConnectionsAreEnoughForSixteenReaders() throws IOException {
    hadoop().set("fs.s3a.bucket." + name + ".connection.maximum", "2");
    Path local = Files.createDirectories(folder.resolve("pool"));
    for (int i = 0; i < 8; i++) {
      Files.write(local.resolve(i + ".safetensors"), weights(i, 2, "a" + i, "b" + i));
    }
    bucket.upload(local, "llama");
    int opened = CountingS3.opened();
    long begun = System.nanoTime();
    RunVerdict verdict = audit().splitBytes(1 << 20).run(report, bucket.uri("llama"));
    Duration taken = Duration.ofNanos(System.nanoTime() - begun);
    assertThat(verdict.exitCode()).isNotEqualTo(12);
    assertThat(CountingS3.opened() - opened).isGreaterThan(8 * 4);
    // A reader that has to wait for a connection to time out waits a minute.
    assertThat(taken).isLessThan(Duration.ofSeconds(50));
    assertThat(Audits.digests(report)).isEqualTo(digestsOf(local));
  }
}
