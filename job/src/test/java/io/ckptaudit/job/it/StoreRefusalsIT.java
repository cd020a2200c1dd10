package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.FaultProxy.Fault;
import io.ckptaudit.job.testing.Faults;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A store that refuses to be listed, read or written. Rows O7, O10 and O15 of docs/faults.md. */
class StoreRefusalsIT extends FaultyStore {

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

  static Stream<Arguments> refusals() {
    return Stream.of(
        Arguments.of("403", DENIED),
        Arguments.of("credentials that expired", EXPIRED),
        Arguments.of("a key of KMS that is denied", KMS_DENIED));
  }

  /** A HEAD is refused by its status alone. */
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
