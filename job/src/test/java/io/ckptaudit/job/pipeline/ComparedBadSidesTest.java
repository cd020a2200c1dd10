package io.ckptaudit.job.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.job.compare.GivenNames;
import io.ckptaudit.job.compare.GivenNames.Given;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.job.testing.SafetensorsTensors;
import io.ckptaudit.job.testing.SafetensorsTensors.Whole;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sides that are not the same model, or not whole: never "equal", and always said why. */
@Tag("full")
class ComparedBadSidesTest {

  private static final String BASE = "llama-hf-bf16";
  private static final String EMBEDDING = "model.embed_tokens.weight";

  @TempDir static Path folder;

  @BeforeAll
  static void auditAll() throws IOException {
    TreeMap<String, Whole> base = SafetensorsTensors.of(Fixtures.path(BASE));
    Path whole = SafetensorsTensors.write(base, folder.resolve("cut"));
    byte[] bytes = Files.readAllBytes(whole);
    Files.write(whole, Arrays.copyOf(bytes, bytes.length - 1000));
    TreeMap<String, Whole> fewer = new TreeMap<>(base);
    fewer.keySet().removeIf(name -> name.startsWith("model.layers.2."));
    SafetensorsTensors.write(fewer, folder.resolve("fewer-layers"));
    TreeMap<String, Whole> larger = new TreeMap<>(base);
    larger.computeIfPresent(EMBEDDING, (name, old) -> withOneRowMore(old));
    SafetensorsTensors.write(larger, folder.resolve("other-vocabulary"));
    TreeMap<String, Whole> reshaped = new TreeMap<>(base);
    reshaped.computeIfPresent(EMBEDDING, (name, old) -> reshaped(old));
    SafetensorsTensors.write(reshaped, folder.resolve("other-shape"));
    TreeMap<String, Whole> renamed = new TreeMap<>();
    base.forEach((name, tensor) -> renamed.put(otherName(name), tensor));
    SafetensorsTensors.write(renamed, folder.resolve("other-names"));
    Audits.audits()
        .run(
            folder.resolve("report"),
            Fixtures.path(BASE).toString(),
            Fixtures.path("llama-hf-broken-bf16").toString(),
            Fixtures.path("llama-wide-bf16").toString(),
            Fixtures.path("gradients").toString(),
            folder.resolve("cut").toString(),
            folder.resolve("fewer-layers").toString(),
            folder.resolve("other-vocabulary").toString(),
            folder.resolve("other-shape").toString(),
            folder.resolve("other-names").toString());
  }

  private static Whole withOneRowMore(Whole old) {
    int row = old.bytes().length / (int) old.shape()[0];
    long[] shape = {old.shape()[0] + 1, old.shape()[1]};
    return new Whole(old.dtype(), shape, Arrays.copyOf(old.bytes(), old.bytes().length + row));
  }

  private static Whole reshaped(Whole old) {
    return new Whole(old.dtype(), new long[] {old.shape()[1], old.shape()[0]}, old.bytes());
  }

  private static String otherName(String name) {
    return name.replace("model.layers.", "h.").replace("model.", "m.").replace("lm_head", "out");
  }

  private static RunVerdict compare(String left, String right, GivenNames names, String id)
      throws IOException {
    String run = folder.resolve("report") + "@run/";
    return new StoredComparison(run + left, run + right)
        .withNames(names)
        .run(folder.resolve("report"), id, null);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama-hf-bf16 | cut | 12 | SIDE_INCOMPLETE | The run of RIGHT is 'incomplete': '",
        "cut | llama-hf-bf16 | 12 | SIDE_INCOMPLETE | The run of LEFT is 'incomplete': '",
        "llama-hf-bf16 | fewer-layers | 10 | TENSORS_WITHOUT_PARTNER | 9 pairs: RIGHT has no such tensor, in 'model.layers.2.input_layernorm.weight', ",
        "fewer-layers | llama-hf-bf16 | 10 | TENSORS_WITHOUT_PARTNER | 9 pairs: LEFT has no such tensor, in 'model.layers.2.input_layernorm.weight', ",
        "llama-hf-bf16 | other-vocabulary | 10 | SHAPES_DIFFER | 1 pair: the shapes or numbers of elements do not fit, in 'model.embed_tokens.weight'; check",
        "llama-hf-bf16 | other-shape | 10 | SHAPES_DIFFER | 1 pair: the shapes or numbers of elements do not fit, in 'model.embed_tokens.weight'; check",
        "llama-hf-bf16 | llama-wide-bf16 | 10 | VALUES_DIFFER | 30 pairs: no known change leads from LEFT's values to RIGHT's; at least ",
        "llama-hf-bf16 | gradients | 10 | NO_PAIRS | No tensor of either side has a partner among ",
        "llama-hf-bf16 | llama-hf-broken-bf16 | 10 | SIDE_HAS_FINDINGS | The run of RIGHT is 'findings': '",
        "llama-hf-broken-bf16 | llama-hf-broken-bf16 | 0 | SIDE_HAS_FINDINGS | The run of LEFT is 'findings': '"
      })
  void eachIsSaidAndNoneIsEqual(
      String left, String right, int exitCode, String rule, String message) throws IOException {
    String id = "from-" + left + "-to-" + right;
    RunVerdict run = compare(left, right, GivenNames.NONE, id);
    assertThat(run.exitCode()).isEqualTo(exitCode);
    assertThat(run.comparison().findings())
        .anySatisfy(
            finding -> {
              assertThat(finding.rule()).isEqualTo(rule);
              assertThat(finding.message()).startsWith(message);
            });
    boolean same = left.equals(right);
    assertThat(run.comparison().sentence().startsWith("RIGHT has ")).isEqualTo(same);
  }

  @Test
  void namesOfAUserConnectWhatNoMapKnows() throws IOException {
    GivenNames names =
        new GivenNames(
            "names.yaml",
            "1",
            List.of(
                new Given("model.layers.*.mlp.*.weight", "h.*.mlp.*.weight", 2),
                new Given("model.layers.*.self_attn.*.weight", "h.*.self_attn.*.weight", 3),
                new Given("model.layers.*.*.weight", "h.*.*.weight", 4),
                new Given("model.*.weight", "m.*.weight", 5),
                new Given("lm_head.weight", "out.weight", 6)));
    RunVerdict run = compare(BASE, "other-names", names, "named");
    assertThat(run.comparison().sentence())
        .startsWith("RIGHT has LEFT's bits in the same order in all 30 pairs");
    GivenNames wrong =
        new GivenNames("names.yaml", "2", List.of(new Given("model.norm.weight", "gone", 2)));
    assertThatThrownBy(() -> compare(BASE, "other-names", wrong, "misnamed"))
        .isInstanceOf(InvalidSettingException.class)
        .hasMessage(
            "Cannot use the names: 'gone' is no tensor of RIGHT in names.yaml at line 2; correct"
                + " the name, or remove the line");
  }
}
