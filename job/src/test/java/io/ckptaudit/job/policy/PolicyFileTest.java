package io.ckptaudit.job.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.audit.NamePattern;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.audit.Policy.Grading;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.testing.Product;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a policy may say, and how it is refused. */
class PolicyFileTest {

  private static Policy parse(String text) {
    return PolicyFile.parse(text.getBytes(StandardCharsets.UTF_8), "p.yaml");
  }

  @Test
  void theBuiltInPolicyIsTheOneInConf() throws IOException {
    byte[] content = Files.readAllBytes(Product.ROOT.resolve("conf/policy.yaml"));
    Policy read = PolicyFile.parse(content, "conf/policy.yaml");
    Policy usual = Policy.DEFAULT;
    assertThat(read)
        .isEqualTo(
            new Policy(
                read.sha256(),
                usual.gradings(),
                usual.thresholds(),
                usual.fp32Tensors(),
                usual.required(),
                usual.exceptions(),
                usual.failOn()));
    assertThat(read.effect()).isEmpty();
    assertThat(read.sha256()).matches("[0-9a-f]{64}");
  }

  @Test
  void whatIsGivenReplacesWhatIsBuiltIn() {
    Policy policy =
        parse(
            """
            fail_on: warning
            required_targets: [F16, f8_e4m3]
            severities: {NON_FINITE: info, IX_ORPHAN: ignore}
            thresholds: {underflow_share: 0.5, collapsed_codes: 8, far_row_ratio: 2.5}
            fp32_tensors: ['*.gate']
            exceptions:
              - rules: [CONSTANT_MATRIX]
                tensors_regex: 'model\\.layers\\.[0-3]\\..*'
                files: "*.safetensors"
                reason: frozen
            """);
    assertThat(policy.failOn()).isEqualTo(Verdict.FailOn.WARNING);
    assertThat(policy.required()).containsExactly(Target.F16, Target.F8_E4M3);
    assertThat(policy.gradings())
        .containsEntry("NON_FINITE", Grading.INFO)
        .containsEntry("IX_ORPHAN", Grading.IGNORE)
        .containsEntry("EMPTY_TENSOR", Grading.ERROR);
    assertThat(policy.thresholds().underflowShare()).isEqualTo(0.5);
    assertThat(policy.thresholds().farRowRatio()).isEqualTo(2.5);
    assertThat(policy.thresholds().subnormalShare()).isEqualTo(0.1);
    assertThat(policy.fp32Tensors()).containsExactly(NamePattern.glob("*.gate"));
    assertThat(policy.effect())
        .containsEntry("severities", "{IX_ORPHAN=IGNORE, NON_FINITE=INFO}")
        .containsEntry(
            "exceptions",
            "[[CONSTANT_MATRIX] of tensors /model\\.layers\\.[0-3]\\..*/ of files *.safetensors:"
                + " frozen]");
  }

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(
            "fail_on: error\nseverity: {}\n",
            "the key 'severity' is unknown in p.yaml at line 2; use one of fail_on,"
                + " required_targets, severities, thresholds, fp32_tensors, exceptions"),
        Arguments.of(
            "severities:\n  NON_FINTE: error\n",
            "the rule 'NON_FINTE' is unknown in p.yaml at line 2; use an id of docs/findings.md"),
        Arguments.of(
            "severities:\n  NON_FINITE: fatal\n",
            "the severity 'fatal' is unknown in p.yaml at line 2; use one of ignore, info,"
                + " warning, error"),
        Arguments.of(
            "required_targets:\n- F16\n- FP16\n",
            "the target 'FP16' is unknown in p.yaml at line 3; use one of F32, F16, BF16,"
                + " F8_E4M3, F8_E5M2, F8_E4M3_SAT, F8_E5M2_SAT"),
        Arguments.of(
            "severities:\n  GONE: info\n\n  GONE: error\n",
            "the key 'GONE' stands there twice in p.yaml at line 4; keep one of them"),
        Arguments.of(
            "thresholds: {wasted_share: 1.5}",
            "wasted_share '1.5' is not a number from 0 to 1 in p.yaml at line 1; give a number"
                + " from 0 to 1"),
        Arguments.of(
            "thresholds: {far_row_ratio: -1}",
            "far_row_ratio '-1' is not a number from 0 to 1000000000 in p.yaml at line 1; give a"
                + " number from 0 to 1000000000"),
        Arguments.of(
            "thresholds: {collapsed_codes: 1.5}",
            "collapsed_codes 1.5 is not a whole number in p.yaml at line 1; give a whole number"),
        Arguments.of(
            "thresholds: {underflow_share: .nan}",
            "underflow_share '.nan' is not a number from 0 to 1 in p.yaml at line 1; give a number"
                + " from 0 to 1"),
        Arguments.of(
            "exceptions:\n- rules: [GONE]\n  tensors: x\n",
            "an exception lacks its rules, its tensors or files, or its reason in p.yaml at line"
                + " 2; give 'rules', 'reason' and one of 'tensors', 'tensors_regex', 'files',"
                + " 'files_regex'"),
        Arguments.of(
            "exceptions:\n- rules: [GONE]\n  tensors_regex: '('\n  reason: r\n",
            "'(' is not a regular expression in p.yaml at line 3; correct it: Unclosed group"),
        Arguments.of(
            "fp32_tensors:\n  - *.A_log\n",
            "it is not YAML (unexpected character found .(46)) in p.yaml at line 2; correct it; texts"
                + " with special characters, such as *, need quotes"),
        Arguments.of(
            "fail_on: &a error\n",
            "an anchor, alias or tag stands there in p.yaml at line 1; write values out; texts"
                + " that begin with *, & or ! need quotes"),
        Arguments.of(
            "fail_on: !!javax.script.ScriptEngineManager [x]\n",
            "an anchor, alias or tag stands there in p.yaml at line 1; write values out; texts"
                + " that begin with *, & or ! need quotes"),
        Arguments.of(
            "fail_on: [error]\n",
            "'fail_on' is not one text or number in p.yaml at line 1; write one text or number"
                + " there"),
        Arguments.of(
            "- fail_on\n",
            "the policy is not a mapping in p.yaml at line 1; write a mapping there"),
        Arguments.of(
            "", "there is nothing in p.yaml; write something into it, or leave the option out"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatIsNotUnderstoodIsRefusedWithItsLine(String text, String message) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(InvalidPolicyException.class)
        .hasMessage("Cannot use the policy: " + message);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a: b: c", "a: [", "\u0007", "--- a\n--- b", "? [a]\n: b", "{a: {b"})
  void whatIsNoPolicyAtAllIsRefusedToo(String text) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(InvalidPolicyException.class)
        .hasMessageStartingWith("Cannot use the policy: ")
        .hasMessageContaining(" in p.yaml");
  }

  @Test
  void deepNestingAndManyReferencesAreRefusedAtOnce() {
    assertThatThrownBy(() -> parse("a: " + "[".repeat(100_000)))
        .isInstanceOf(InvalidPolicyException.class);
    StringBuilder bomb = new StringBuilder("a0: &a0 [x,x]\n");
    for (int i = 1; i < 40; i++) {
      bomb.append("a%d: &a%d [*a%d,*a%d]%n".formatted(i, i, i - 1, i - 1));
    }
    assertThatThrownBy(() -> parse(bomb.toString())).isInstanceOf(InvalidPolicyException.class);
  }

  @Test
  void bytesThatAreNotTextAreRefused() {
    assertThatThrownBy(() -> PolicyFile.parse(new byte[] {(byte) 0xC3, 0x28}, "p.yaml"))
        .hasMessage("Cannot use the policy: it is not UTF-8 in p.yaml; save it as UTF-8");
  }

  @Test
  void globsCrossDotsAndTakeNoTime() {
    assertThat(NamePattern.glob("model.*.w?ight").matches("model.layers.0.mlp.weight")).isTrue();
    assertThat(NamePattern.glob("model.*").matches("mode")).isFalse();
    assertThat(NamePattern.glob("*").matches("")).isTrue();
    assertThat(NamePattern.glob("*a".repeat(30) + "b").matches("a".repeat(60_000))).isFalse();
    assertThat(NamePattern.regex("(a+)+b").matches("a".repeat(60_000))).isFalse();
  }
}
