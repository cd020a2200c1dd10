package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.FaultProxy.Fault;
import io.ckptaudit.job.testing.FaultProxy.Request;
import io.ckptaudit.job.testing.Faults;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.hadoop.fs.s3a.impl.AWSClientConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Where patience with a store ends. Rows O8 and O18 of docs/faults.md. */
class StoreLimitsIT extends FaultyStore {

  private static final String LOST = "lost.safetensors";
  private static final String KEPT = "kept.safetensors";
  private static final long REACHED = 300_000;
  private static final long FOR_GOOD = 5000;

  /** The client takes no limit for serious that is below one of its own. */
  @BeforeEach
  void giveUpSoon() {
    AWSClientConfig.setMinimumOperationDuration(Duration.ofMillis(300));
    hadoop().set("fs.s3a.bucket." + name + ".connection.timeout", "400ms");
  }

  @AfterEach
  void beAsPatientAsEver() {
    AWSClientConfig.resetMinimumOperationDuration();
  }

  static Stream<Arguments> staying() {
    return Stream.of(
        Arguments.of("a reset", Faults.atByte(REACHED, Faults::resetAfter), REACHED),
        Arguments.of("a short body", Faults.atByte(REACHED, Faults::shortBody), REACHED),
        Arguments.of(
            "silence",
            Faults.atByte(REACHED, bytes -> Faults.stallAfter(bytes, FOR_GOOD)),
            REACHED),
        Arguments.of("status 500", Faults.status(500, "InternalError"), 0L),
        Arguments.of("status 503", Faults.status(503, "SlowDown"), 0L));
  }

  @ParameterizedTest(name = "o08 {0} that does not pass")
  @MethodSource("staying")
  void o08_whatDoesNotPassCostsTheTensorItHits(String fault, Fault answer, long failedAt)
      throws IOException {
    byte[] lost = weights(1, 1, "b");
    put(lost, "llama/" + LOST);
    put(weights(2, 1, "a"), "llama/" + KEPT);
    RunVerdict verdict = auditStore(() -> store.on(reads(LOST), answer));
    assertThat(verdict.exitCode()).as(fault).isEqualTo(12);
    assertThat(faults("IO_READ"))
        .extracting(row -> row.<String>getAs("message"))
        .containsExactly(
            "Cannot read tensor 'b' of %s at byte %s: reading it failed at byte %s, after 8 attempts; check the disk or the store (see the log) and run the audit again"
                .formatted(LOST, start(lost), Math.max(start(lost), failedAt)));
    assertThat(rows(report, Table.TENSORS))
        .filteredOn(row -> row.getAs("nan") != null)
        .extracting(row -> row.<String>getAs("tensor"))
        .containsExactly("a");
  }

  /** Where the first tensor of a file begins. */
  private static long start(byte[] file) {
    return 8 + ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  static Stream<Arguments> looks() {
    Predicate<Request> heads = request -> request.method().equals("HEAD");
    Predicate<Request> lists = request -> request.target().contains("list-type");
    return Stream.of(Arguments.of("state", heads), Arguments.of("list", lists));
  }

  @ParameterizedTest(name = "o08 a store that does not {0} what is asked for")
  @MethodSource("looks")
  void o08_aStoreThatDoesNotPassIsSaidByWhatIsAskedFor(String what, Predicate<Request> looks)
      throws IOException {
    upload();
    store.on(looks, Faults.status(500, "InternalError"));
    assertThatThrownBy(() -> auditStore(() -> {}))
        .as(what)
        .cause()
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("Cannot look into '" + bucket.uri("llama") + "': ")
        .hasMessageContaining("Status Code: 500")
        .hasMessageEndingWith("; check the store and run the audit again");
  }

  static Stream<Arguments> slow() {
    return Stream.of(
        Arguments.of("each answer takes its time", Faults.delay(700), Integer.MAX_VALUE),
        Arguments.of("one answer comes to a halt", Faults.stallAfter(1000, 60_000), 1));
  }

  /** One request at a time, a second for a file: its first tensor and no more. */
  @ParameterizedTest(name = "o18 {0}")
  @MethodSource("slow")
  void o18_aFileOverItsTimeIsIncompleteAndTheOthersFinish(String fault, Fault answer, int times)
      throws Exception {
    byte[] lost = weights(1, 2, "a", "b", "c");
    put(lost, "llama/" + LOST);
    put(weights(2, 2, "d"), "llama/z-" + KEPT);
    store.on(request -> request.reads(LOST) && request.from() > 2 << 20, answer, times);
    ChildProcess.Ended ended =
        launch(
            Map.of(
                "spark.ckptaudit.file.seconds", "1",
                "spark.ckptaudit.read.inFlight", "1",
                "spark.ckptaudit.read.request", "1m"),
            bucket.uri("llama"),
            "--report",
            report.toString());
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(12);
    assertThat(faults("INCOMPLETE_BUDGET"))
        .extracting(row -> row.<String>getAs("message"))
        .containsExactlyInAnyOrder(
            overBudget("b", start(lost) + (2 << 20)), overBudget("c", start(lost) + (4 << 20)));
    assertThat(rows(report, Table.TENSORS))
        .filteredOn(row -> row.getAs("nan") != null)
        .extracting(row -> row.<String>getAs("tensor"))
        .containsExactlyInAnyOrder("a", "d");
  }

  private static String overBudget(String tensor, long offset) {
    return "Cannot read tensor '%s' of %s at byte %s: its file takes more of the run than it may, of whose 6291456 bytes of weights 2097152 are in the report; look at the store, or allow more with --conf spark.ckptaudit.file.seconds=N or spark.ckptaudit.file.bytes=N"
        .formatted(tensor, LOST, offset);
  }
}
