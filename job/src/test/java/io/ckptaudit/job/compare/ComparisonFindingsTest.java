package io.ckptaudit.job.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.policy.PolicyFile;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a policy makes of the findings of a comparison. */
class ComparisonFindingsTest {

  private static final String VICTIM = "model.layers.2.mlp.down_proj.weight";

  private static List<Finding> judged(String left, String right, String policy) {
    Policy read = PolicyFile.parse(policy.getBytes(StandardCharsets.UTF_8), "p.yaml");
    return ComparisonFindings.of(ModelStatementTest.compare(left, right), read);
  }

  @Test
  void severitiesAreThoseOfThePolicy() {
    assertThat(judged("llama-hf-bf16", "llama-hf-tampered", "severities: {VALUES_DIFFER: warning}"))
        .singleElement()
        .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Severity.WARNING));
    assertThat(judged("llama-hf-bf16", "llama-hf-tampered", "severities: {VALUES_DIFFER: ignore}"))
        .isEmpty();
  }

  @Test
  void anExceptionIsForItsTensorsAlone() {
    String policy =
        "exceptions: [{rules: [VALUES_DIFFER], tensors: '*mlp*', reason: 'tuned on purpose'}]";
    assertThat(judged("llama-hf-bf16", "llama-hf-tampered", policy))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.severity()).isEqualTo(Severity.INFO);
              assertThat(finding.tensor()).isEqualTo(VICTIM);
              assertThat(finding.evidence()).containsEntry("excepted", "tuned on purpose");
            });
    List<Finding> others = judged("llama-hf-bf16", "llama-wide-bf16", policy);
    assertThat(others).hasSize(2);
    assertThat(others.get(0).severity()).isEqualTo(Severity.ERROR);
    assertThat(others.get(0).message()).startsWith("21 pairs: ");
    assertThat(others.get(1).severity()).isEqualTo(Severity.INFO);
    assertThat(others.get(1).message()).startsWith("9 pairs: ");
  }

  @Test
  void aRuleThatIsNoneIsRefused() {
    assertThatThrownBy(
            () -> judged("llama-hf-bf16", "llama-hf-bf16", "severities: {VALUES_DIFFERENT: info}"))
        .hasMessage(
            "Cannot use the policy: the rule 'VALUES_DIFFERENT' is unknown in p.yaml at line 1; use"
                + " an id of docs/findings.md");
  }
}
