package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.policy.PolicyFile;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.ChildProcess;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.InProcess;
import io.ckptaudit.job.testing.SafetensorsBytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a policy makes of the same checkpoint. */
class PolicyTest {

  private static final String BROKEN = "llama-hf-broken-bf16";

  @TempDir Path folder;

  private RunVerdict run(String policy, String checkpoint) {
    Policy read = PolicyFile.parse(policy.getBytes(StandardCharsets.UTF_8), "p.yaml");
    return Audits.audits().policy(read).run(folder.resolve("report"), checkpoint);
  }

  private List<Row> findings(String rule) {
    return Audits.rows(folder.resolve("report"), Table.FINDINGS).stream()
        .filter(row -> row.getAs("rule").equals(rule))
        .toList();
  }

  @Test
  void severitiesAndExceptionsDecideTheVerdict() {
    RunVerdict verdict =
        run(
            """
            severities: {NON_FINITE: info, CONSTANT_MATRIX: ignore}
            exceptions:
              - rules: [ALL_ZERO_MATRIX]
                tensors: "model.layers.1.*"
                reason: "frozen: zero by design"
            """,
            Fixtures.path(BROKEN).toString());
    assertThat(verdict.verdict()).isEqualTo("clean");
    assertThat(findings("NON_FINITE"))
        .extracting(row -> row.getAs("severity"))
        .containsOnly("INFO");
    assertThat(findings("CONSTANT_MATRIX")).isEmpty();
    assertThat(findings("ALL_ZERO_MATRIX"))
        .extracting(row -> row.getAs("severity") + " " + row.getAs("evidence"))
        .containsExactly(
            "INFO {\"value\":0.0,\"elements\":10240,\"excepted\":\"frozen: zero by design\"}");
    assertThat(verdict.config().get("policy"))
        .startsWith("{severities={CONSTANT_MATRIX=IGNORE, NON_FINITE=INFO}, exceptions=");
    assertThat(verdict.config().get("policy_sha256")).hasSize(64);
  }

  @Test
  void theGateIsThatOfThePolicy() {
    RunVerdict verdict =
        run("severities: {CONSTANT_VECTOR: warning}\nfail_on: warning\n", transformers());
    assertThat(verdict.verdict()).isEqualTo("findings");
    assertThat(verdict.exitCode()).isEqualTo(10);
    assertThat(verdict.failOn()).isEqualTo("warning");
  }

  private static String transformers() {
    return Fixtures.path("transformers-bf16").toString();
  }

  @Test
  void noSeverityMakesAnIncompleteRunComplete() throws IOException {
    String unread = linkOut("lenient").toString();
    RunVerdict lenient = run("severities: {IO_SYMLINK: info}", unread);
    assertThat(findings("IO_SYMLINK"))
        .extracting(row -> row.getAs("severity"))
        .containsOnly("INFO");
    assertThat(lenient.verdict()).isEqualTo("incomplete");
  }

  @Test
  void whoIgnoresARuleTakesItUponHimself() throws IOException {
    String unread = linkOut("ignored").toString();
    assertThat(run("severities: {IO_SYMLINK: ignore}", unread).verdict()).isEqualTo("clean");
  }

  /** A sound shard, and a link that leads nowhere beside it. */
  private Path linkOut(String name) throws IOException {
    Path checkpoint = Files.createDirectories(folder.resolve(name));
    SafetensorsBytes.file()
        .tensor("norm.weight", "BF16", (short) 0x3F80, (short) 0x3F00)
        .write(checkpoint.resolve("model.safetensors"));
    Files.createSymbolicLink(checkpoint.resolve("other.safetensors"), folder.resolve("nowhere"));
    return checkpoint;
  }

  @Test
  void aPolicyThatIsNotUnderstoodIsAUsageError() throws IOException {
    Path policy = Files.writeString(folder.resolve("p.yaml"), "severities:\n  NO_SUCH: info\n");
    ChildProcess.Ended ended = audit(policy);
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err())
        .contains(
            "Cannot use the policy: the rule 'NO_SUCH' is unknown in "
                + policy
                + " at line 2; use an id of docs/findings.md");
  }

  @Test
  void aPolicyThatIsNotThereIsAUsageError() {
    ChildProcess.Ended ended = audit(folder.resolve("none.yaml"));
    assertThat(ended.exitCode()).isEqualTo(2);
    assertThat(ended.err())
        .contains("Cannot read the policy ")
        .contains("check the path of --policy");
  }

  private static ChildProcess.Ended audit(Path policy) {
    return InProcess.run("audit", "--dry-run", transformers(), "--policy", policy.toString());
  }
}
