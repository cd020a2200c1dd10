package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.FaultProxy.Fault;
import io.ckptaudit.job.testing.FaultProxy.Request;
import io.ckptaudit.job.testing.Faults;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.SafetensorsBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A store that refuses to be listed, read or written. Rows O7, O10 and O15 of docs/faults.md. */
class StoreRefusalsIT extends FaultyStore {

  private static final String SIMPLE = "org.apache.hadoop.fs.s3a.SimpleAWSCredentialsProvider";
  private static final Fault DENIED = Faults.status(403, "AccessDenied");
  private static final Fault EXPIRED =
      Faults.status(400, "ExpiredToken", "The provided token has expired.");
  private static final Fault KMS_DENIED =
      Faults.status(
          403,
          "AccessDenied",
          "User: arn:aws:iam::111122223333:user/audit is not authorized to perform: kms:Decrypt on resource: arn:aws:kms:us-east-1:111122223333:key/0 because no identity-based policy allows the kms:Decrypt action");
  private static final String DENIED_SENTENCE =
      ": access to it is denied; grant the right to read it and run the audit again";
  private static final int FILES = 24;
  private static final short[] ONES = {0x3F80, 0x3F80};

  static Stream<Arguments> refusals() {
    return Stream.of(
        Arguments.of("403", DENIED),
        Arguments.of("credentials that expired", EXPIRED),
        Arguments.of("a key of KMS that is denied", KMS_DENIED));
  }

  /** What comes first is a HEAD, which is refused by a status without a code. */
  @ParameterizedTest(name = "o10 {0}, from the start")
  @MethodSource("refusals")
  void o10_aFileThatIsRefusedBeforeItsHeaderIsReadIsDenied(String refusal, Fault fault)
      throws IOException {
    upload();
    AtomicInteger heads = new AtomicInteger();
    store.meanwhile(request -> request.method().equals("HEAD"), heads::incrementAndGet);
    store.on(request -> request.target().contains(VICTIM), fault);
    RunVerdict verdict = auditStore(() -> {});
    assertThat(heads).hasPositiveValue();
    assertThat(verdict.exitCode()).as(refusal).isEqualTo(12);
    assertThat(faults("IO_READ")).isEmpty();
    assertThat(faults("IO_DENIED"))
        .extracting(row -> row.<String>getAs("message"))
        .containsExactly("Cannot read the header in " + VICTIM + DENIED_SENTENCE);
  }

  @ParameterizedTest(name = "o10 {0}")
  @MethodSource("refusals")
  void o10_refusedFilesAreDeniedAndTheOthersAudited(String refusal, Fault fault)
      throws IOException {
    upload();
    RunVerdict verdict =
        auditStore(() -> store.on(request -> request.target().contains(VICTIM), fault));
    assertThat(verdict.exitCode()).as(refusal).isEqualTo(12);
    assertThat(faults("IO_DENIED"))
        .hasSize(8)
        .allSatisfy(row -> assertThat(row.<String>getAs("message")).endsWith(DENIED_SENTENCE));
    assertTheOthersAreAudited();
  }

  /** From one moment on every request is refused, of whatever kind it is. */
  @ParameterizedTest(name = "o10 {0}, while it reads")
  @MethodSource("refusals")
  void o10_whatIsNotReadWhenAccessEndsIsDenied(String refusal, Fault fault) throws IOException {
    int readable = 5;
    for (int i = 0; i < FILES; i++) {
      put(
          SafetensorsBytes.file().tensor("t" + i, "BF16", ONES).bytes(),
          "llama/" + i + ".safetensors");
    }
    Predicate<Request> ended = Faults.after(readable, reads(".safetensors"));
    RunVerdict verdict = auditStore(() -> store.on(ended, fault));
    assertThat(verdict.exitCode()).as(refusal).isEqualTo(12);
    assertThat(rows(report, Table.TENSORS))
        .hasSize(FILES)
        .filteredOn(row -> row.getAs("nan") != null)
        .hasSize(readable);
    assertThat(rows(report, Table.FINDINGS))
        .filteredOn(row -> row.<String>getAs("message").startsWith("Cannot read tensor"))
        .hasSize(FILES - readable)
        .allSatisfy(
            row -> {
              assertThat(row.<String>getAs("rule")).isEqualTo("IO_DENIED");
              assertThat(row.<String>getAs("message")).endsWith(DENIED_SENTENCE);
            });
  }

  static Stream<Arguments> missing() {
    return Stream.of(
        Arguments.of("no key", SIMPLE, ""),
        Arguments.of("a key without its secret", SIMPLE, ACCESS_KEY),
        Arguments.of("no key, and the providers that S3A tries by itself", "", ""));
  }

  /** No host answers for the credentials of a machine. */
  @ParameterizedTest(name = "o10 {0}")
  @MethodSource("missing")
  void o10_withoutCredentialsNothingIsAudited(String what, String provider, String accessKey)
      throws Exception {
    upload();
    ChildProcess.Ended ended =
        launch(
            Map.of(
                "spark.hadoop.fs.s3a.aws.credentials.provider", provider,
                "spark.hadoop.fs.s3a.access.key", accessKey,
                "spark.hadoop.fs.s3a.secret.key", ""),
            bucket.uri("llama"),
            "--report",
            report.toString());
    assertNothingIsAudited(ended);
  }

  @Test
  void o10_withCredentialsThatExpiredNothingIsAudited() throws Exception {
    upload();
    store.on(request -> true, EXPIRED);
    assertNothingIsAudited(launch(Map.of(), bucket.uri("llama"), "--report", report.toString()));
  }

  private void assertNothingIsAudited(ChildProcess.Ended ended) {
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(12);
    assertThat(ended.err())
        .contains(
            "Cannot access '%s': the store denies it; check the credentials and the rights"
                .formatted(bucket.uri("llama")))
        .doesNotContain("\tat ")
        .doesNotContain(ACCESS_KEY)
        .doesNotContain(SECRET_KEY);
    assertThat(report).doesNotExist();
  }

  static Stream<Arguments> unwritable() {
    return Stream.of(
        Arguments.of("403", "ci", DENIED, "AccessDenied"),
        Arguments.of("500", "ci", Faults.status(500, "InternalError"), "InternalError"),
        Arguments.of("403 for a table", "/conversions/", DENIED, "AccessDenied"),
        Arguments.of("403 for the manifest", "manifest.json", DENIED, "AccessDenied"));
  }

  @ParameterizedTest(name = "o07 {0}")
  @MethodSource("unwritable")
  void o07_aReportThatTheStoreRefusesIsPrinted(String what, String key, Fault fault, String reason)
      throws Exception {
    store.on(request -> request.writes(key), fault);
    String destination = bucket.uri("ci");
    String weights = Fixtures.path("llama-hf-broken-bf16").toString();
    ChildProcess.Ended ended = launch(Map.of(), weights, "--report", destination);
    assertThat(store.met()).as(what).isPositive();
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(13);
    assertThat(ended.err())
        .contains("Cannot publish the report to " + destination, reason)
        .contains("choose another with --report")
        .doesNotContain("\tat ");
    assertThat(ended.out()).contains("VERDICT: findings", "no report: it could not be published");
    PublicationFaultsIT.assertUnpublishedVerdict(ended.err());
    assertThat(bucket.keys()).noneMatch(name -> name.endsWith("latest.json"));
    assertThat(bucket.pendingUploads()).isEmpty();
  }

  /** Parts are uploaded, and can be neither completed nor aborted. */
  @Test
  void o07_uploadsThatCannotBeAbortedAreLeft() throws Exception {
    store.on(
        request -> request.writes("uploadId=") && !request.method().equals("PUT"),
        Faults.status(403, "AccessDenied"));
    String weights = Fixtures.path("llama-hf-broken-bf16").toString();
    ChildProcess.Ended ended = launch(Map.of(), weights, "--report", bucket.uri("ci"));
    assertThat(ended.exitCode()).as(ended.err()).isEqualTo(13);
    assertThat(ended.err())
        .contains("Cannot publish the report to " + bucket.uri("ci"))
        .contains("Cannot abort uploads to " + bucket.uri("ci"), "; have a lifecycle rule of the");
    PublicationFaultsIT.assertUnpublishedVerdict(ended.err());
    assertThat(bucket.pendingUploads()).isNotEmpty();
  }

  /** The program itself: its output, its log and what it stores. */
  @Test
  void o10_secretsAreNowhere() throws Exception {
    upload();
    store.on(request -> request.reads(VICTIM), Faults.status(403, "AccessDenied"));
    ChildProcess.Ended ended = launch(Map.of(), bucket.uri("llama"), "--report", report.toString());
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

  @Test
  void o15_aFolderThatCannotBeListedDoesNotEndTheListing() throws IOException {
    bucket.upload(FIXTURE, "models/a");
    bucket.upload(FIXTURE, "models/b");
    store.on(request -> request.lists("models/b"), Faults.status(403, "AccessDenied"));
    store.on(request -> request.lists("models%2Fb"), Faults.status(403, "AccessDenied"));
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
