package io.ckptaudit.job.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.compare.GivenNames;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a file of names may say, and what it is told if it does not. */
class NamesFileTest {

  private static GivenNames parse(String text) {
    return NamesFile.parse(text.getBytes(StandardCharsets.UTF_8), "n.yaml");
  }

  @Test
  void linesAreKeptWithTheirNames() {
    GivenNames names = parse("names:\n  a.b: c.d\n  \"h.*.x\": \"layers.*.y\"\n");
    assertThat(names.all())
        .containsExactly(
            new GivenNames.Given("a.b", "c.d", 2), new GivenNames.Given("h.*.x", "layers.*.y", 3));
    assertThat(names.sha256()).hasSize(64);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name: {a: b} | the key 'name' is unknown in n.yaml at line 1; use one of names",
        "names: [a] | 'names' is not a mapping in n.yaml at line 1; write a mapping there",
        "names: {a: [b]} | 'a' is not one text or number in n.yaml at line 1; write one text or number there",
        "names: {a: b, a: c} | the key 'a' stands there twice in n.yaml at line 1; keep one of them",
        "names: {'a.*': b} | the two names have 1 and 0 stars in n.yaml at line 1; write as many * on both sides, each for the same text",
        "names: {a: &b c} | an anchor, alias or tag stands there in n.yaml at line 1; write values out; texts that begin with *, & or ! need quotes",
        "{} | there are no 'names' in n.yaml; write names: and, below it, LEFT: RIGHT"
      })
  void whatIsNotUnderstoodIsRefused(String text, String message) {
    assertThatThrownBy(() -> parse(text))
        .isInstanceOf(InvalidPolicyException.class)
        .hasMessage("Cannot use the names: " + message);
  }
}
