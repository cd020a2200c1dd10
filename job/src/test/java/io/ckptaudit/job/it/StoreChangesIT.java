package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.FaultProxy.Request;
import io.ckptaudit.job.testing.Faults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

/** Weights that are written anew or removed under the audit. Row O9 of docs/faults.md. */
class StoreChangesIT extends FaultyStore {

  /** Times of a store without ETags are told to the second. */
  private static final long ANOTHER_SECOND = 1100;

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
    byte[] after = weights(2, 8, "a", "c", "d", "e");
    put(weights(1, 8, "a", "b", "c"), "llama/" + MODEL);
    Predicate<Request> fifth = fifthRead();
    RunVerdict verdict =
        auditStore(() -> store.meanwhile(fifth, () -> put(after, "llama/" + MODEL)));
    assertThat(verdict.exitCode()).isNotEqualTo(12);
    assertThat(Audits.digests(report)).isEqualTo(digestsOf(after));
  }

  private static Predicate<Request> fifthRead() {
    AtomicInteger reads = new AtomicInteger();
    return request -> request.reads(MODEL) && reads.incrementAndGet() == 5;
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
    assertThat(verdict.verdict()).isEqualTo("incomplete");
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
    store.on(request -> true, Faults.withoutEtag());
    byte[] longer = weights(3, 2, "x");
    assertThat(auditStore(() -> {}).exitCode()).isZero();
    assertThat(Audits.digests(report)).isEqualTo(expected);
    put(weights(2, 2, "a", "b"), "other/" + MODEL);
    Path second = folder.resolve("second-" + BUCKETS.incrementAndGet());
    audit().beforeReading(() -> put(longer, "other/" + MODEL)).run(second, bucket.uri("other"));
    assertThat(Audits.digests(second)).isEqualTo(digestsOf(longer));
  }

  private void putLater(byte[] content, String key) {
    try {
      Thread.sleep(ANOTHER_SECOND);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    put(content, key);
  }

  @Test
  void o09_withoutEtagsTheSameLengthAtAnotherTimeIsReadAsItIsThen() throws IOException {
    byte[] after = weights(2, 2, "a", "b");
    put(weights(1, 2, "a", "b"), "llama/" + MODEL);
    store.on(request -> true, Faults.withoutEtag());
    RunVerdict verdict = auditStore(() -> putLater(after, "llama/" + MODEL));
    assertThat(verdict.exitCode()).isNotEqualTo(12);
    assertThat(Audits.digests(report)).isEqualTo(digestsOf(after));
  }

  /** The ranges before it are of the file that was listed, and those after it of the other. */
  @Test
  void o09_withoutEtagsTheSameLengthBetweenTwoRangesIsReadAsItIsThen() throws IOException {
    byte[] after = weights(2, 8, "a", "b", "c");
    put(weights(1, 8, "a", "b", "c"), "llama/" + MODEL);
    Predicate<Request> fifth = fifthRead();
    AtomicBoolean reading = new AtomicBoolean();
    store.meanwhile(
        request -> reading.get() && fifth.test(request), () -> putLater(after, "llama/" + MODEL));
    store.on(request -> true, Faults.withoutEtag());
    RunVerdict verdict = auditStore(() -> reading.set(true));
    assertThat(verdict.exitCode()).isNotEqualTo(12);
    assertThat(Audits.digests(report)).isEqualTo(digestsOf(after));
  }

  @Test
  void o09_withoutEtagsWhatChangesUnderEachPassIsIncomplete() throws IOException {
    upload();
    AtomicBoolean reading = new AtomicBoolean();
    AtomicInteger versions = new AtomicInteger();
    Runnable change =
        () ->
            putLater(
                otherWeights(FIXTURE.resolve(VICTIM), versions.incrementAndGet()),
                "llama/" + VICTIM);
    store.on(
        request -> reading.get() && request.reads(VICTIM) && request.from() == 0,
        (request, answer, client) -> {
          change.run();
          Faults.withoutEtag().answer(request, answer, client);
        });
    store.on(request -> true, Faults.withoutEtag());
    RunVerdict verdict =
        auditStore(
            () -> {
              change.run();
              reading.set(true);
            });
    assertThat(verdict.exitCode()).isEqualTo(12);
    assertThat(faults("CHANGED_DURING_AUDIT")).hasSize(8);
    assertTheOthersAreAudited();
  }
}
