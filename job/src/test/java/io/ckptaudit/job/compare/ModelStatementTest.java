package io.ckptaudit.job.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.compare.Pair.How;
import io.ckptaudit.udfs.number.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sentence about two models. */
class ModelStatementTest {

  static List<Compared> compare(String left, String right) {
    Map<String, Contents> l = FixtureContents.of(left);
    Map<String, Contents> r = FixtureContents.of(right);
    List<Compared> all = new ArrayList<>();
    for (Pair pair : Pairing.of(tensors(l), tensors(r))) {
      Statement known = pair.statementByShape();
      all.add(
          new Compared(
              pair,
              known != null
                  ? PairOutcome.of(known)
                  : PairComparison.compare(
                      l.get(pair.left().get(0).name()),
                      r.get(pair.right().get(0).name()),
                      FixtureContents.TABLES)));
    }
    return all;
  }

  private static List<SideTensor> tensors(Map<String, Contents> contents) {
    return contents.entrySet().stream().map(e -> tensor(e.getKey(), e.getValue())).toList();
  }

  private static SideTensor tensor(String name, Contents contents) {
    return new SideTensor(
        name,
        contents.dtype(),
        List.of(contents.elements()),
        contents.elements(),
        contents.crc32c(),
        null,
        null,
        Map.of(),
        null);
  }

  @ParameterizedTest
  @CsvSource({
    "llama-hf-bf16, llama-hf-bf16, unchanged, SAME_BITS",
    "llama-hf-bf16, llama-hf-fp32-upcast, unchanged, LOSSLESS",
    "llama-wide-bf16, llama-wide-fp16, nearest_even, IMAGE",
    "llama-wide-bf16, llama-wide-fp16-clipped, clipped_at_65504, IMAGE",
    "llama-wide-bf16, llama-wide-fp16-truncated, toward_zero, IMAGE",
    "llama-wide-bf16, llama-wide-fp16-flushed, flushed_unsigned, IMAGE",
    "llama-wide-bf16, llama-wide-scaled, scaled_by_2^-3, IMAGE",
    "llama-wide-bf16, llama-wide-fp16-then-bf16, through_f16, IMAGE",
    "llama-fp32-master, llama-fp32-master-to-bf16, nearest_even, IMAGE",
    "llama-fp32-master, llama-fp32-master-to-fp16, nearest_even, IMAGE"
  })
  void oneExplanationIsLeft(String left, String right, String explanation, Statement weakest) {
    ModelStatement model = ModelStatement.of(compare(left, right));
    assertThat(model.explanation()).as(model.sentence()).isEqualTo(explanation);
    // No value of the master rounds to a subnormal of BF16, so there was nothing to flush.
    boolean nothingToFlush = right.endsWith("to-bf16");
    assertThat(model.alternatives())
        .isEqualTo(nothingToFlush ? List.of("flushed", "flushed_unsigned") : List.of());
    assertThat(model.statement()).isEqualTo(weakest);
    assertThat(model.isAccounted()).isTrue();
  }

  @Test
  void oneSwappedTensorIsNotTheSameModel() {
    List<Compared> all = compare("llama-hf-bf16", "llama-hf-swapped");
    ModelStatement model = ModelStatement.of(all);
    assertThat(model.isAccounted()).isFalse();
    assertThat(model.sentence())
        .isEqualTo(
            "RIGHT is not shown to be LEFT: 1 pair moved; of the others, RIGHT has LEFT's bits in"
                + " the same order in all 29 pairs: equal CRC-32C, and equal counts where there"
                + " are any");
    assertThat(ComparisonFindings.of(all, Policy.DEFAULT))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.rule()).isEqualTo("VALUES_MOVED");
              assertThat(finding.message())
                  .isEqualTo(
                      "1 pair: the values that it should have, but not in the same order, in"
                          + " 'model.layers.2.mlp.down_proj.weight'; compare the order of the"
                          + " elements: the same values elsewhere are another tensor");
            });
  }

  @Test
  void oneTamperedTensorIsNamed() {
    assertThat(ComparisonFindings.of(compare("llama-hf-bf16", "llama-hf-tampered"), Policy.DEFAULT))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.rule()).isEqualTo("VALUES_DIFFER");
              assertThat(finding.tensor()).isEqualTo("model.layers.2.mlp.down_proj.weight");
              assertThat(finding.message()).contains("; at least 1 value differs, in ");
            });
  }

  @ParameterizedTest
  @CsvSource({
    "llama-hf-bf16, llama-hf-tampered",
    "llama-hf-bf16, gradients",
    "llama-fp32-master-to-bf16, llama-fp32-master",
    "llama-wide-bf16, llama-wide-fp16-clipped"
  })
  void everyPairHasASentence(String left, String right) {
    assertThat(compare(left, right))
        .allSatisfy(one -> assertThat(one.sentence()).isNotEmpty().doesNotContain("null"));
  }

  @Test
  void theSentenceHasTheNumbers() {
    ModelStatement model = ModelStatement.of(compare("llama-wide-bf16", "llama-wide-fp16"));
    assertThat(model.sentence())
        .startsWith("RIGHT's values are exactly LEFT's rounded to nearest even in F16, in all 30")
        .contains(" overflowed, 0 clipped)");
  }

  @Test
  void nothingPairedIsNothingProven() {
    SideTensor a = new SideTensor("a", DType.BF16, List.of(2L), 2, 1L, null, null, Map.of(), null);
    SideTensor b = new SideTensor("b", DType.BF16, List.of(2L), 2, 1L, null, null, Map.of(), null);
    List<Compared> all =
        Pairing.of(List.of(a), List.of(b)).stream()
            .map(pair -> new Compared(pair, PairOutcome.of(pair.statementByShape())))
            .toList();
    assertThat(ModelStatement.of(all).isAccounted()).isFalse();
    assertThat(ComparisonFindings.of(all, Policy.DEFAULT))
        .extracting(finding -> finding.rule())
        .containsExactly("NO_PAIRS", "TENSORS_WITHOUT_PARTNER", "TENSORS_WITHOUT_PARTNER");
  }

  @Test
  void namesOfMetaAndPartsOfFusedTensorsFindEachOther() {
    List<Pair> pairs =
        Pairing.of(
            List.of(
                named("layers.3.attention.wq.weight", 4),
                named("tok_embeddings.weight", 8),
                named("rope.freqs", 2),
                named("model.layers.5.mlp.gate_proj.weight", 6),
                named("model.layers.5.mlp.up_proj.weight", 6),
                named("odd", 7)),
            List.of(
                named("model.layers.3.self_attn.q_proj.weight", 4),
                named("model.embed_tokens.weight", 9),
                named("model.layers.5.mlp.gate_up_proj.weight", 12)));
    assertThat(pairs)
        .extracting(pair -> pair.name() + " " + pair.how() + " " + pair.statementByShape())
        .containsExactly(
            "model.embed_tokens.weight KNOWN_NAME OTHER_SHAPE",
            "model.layers.3.self_attn.q_proj.weight KNOWN_NAME null",
            "model.layers.5.mlp.gate_up_proj.weight FUSED null",
            "odd NONE LEFT_ONLY",
            "rope.freqs NONE COMPUTED");
    assertThat(pairs.get(2).left()).hasSize(2);
    assertThat(pairs.get(0).how()).isEqualTo(How.KNOWN_NAME);
  }

  private static SideTensor named(String name, long elements) {
    return new SideTensor(
        name, DType.BF16, List.of(elements), elements, null, null, null, Map.of(), null);
  }

  @Test
  void permutedQueriesOfMetaHaveNotMoved() {
    List<Pair> pairs =
        Pairing.of(
            List.of(
                named("layers.3.attention.wq.weight", 4), named("layers.3.attention.wv.weight", 4)),
            List.of(
                named("model.layers.3.self_attn.q_proj.weight", 4),
                named("model.layers.3.self_attn.v_proj.weight", 4)));
    PairOutcome moved = PairOutcome.of(Statement.MOVED);
    assertThat(pairs)
        .extracting(
            pair -> Compared.of(pair, Contents.uncounted(DType.BF16, 4, 1L), moved).statement())
        .containsExactly(Statement.SAME_VALUES, Statement.MOVED);
  }

  @Test
  void fusedPartsAreComparedByTheirSum() {
    Contents whole = FixtureContents.of("llama-hf-bf16").get("model.layers.0.mlp.up_proj.weight");
    Contents part = FixtureContents.of("llama-hf-bf16").get("model.layers.0.mlp.gate_proj.weight");
    Contents both = Contents.together(List.of(whole, part));
    Contents swapped = Contents.together(List.of(part, whole));
    assertThat(both.elements()).isEqualTo(whole.elements() + part.elements());
    assertThat(PairComparison.compare(both, swapped, FixtureContents.TABLES).statement())
        .isEqualTo(Statement.SAME_VALUES);
    Map<String, Contents> master = FixtureContents.of("llama-fp32-master");
    Map<String, Contents> rounded = FixtureContents.of("llama-fp32-master-to-fp16");
    PairOutcome ofWide =
        PairComparison.compare(together(master), together(rounded), FixtureContents.TABLES);
    assertThat(ofWide.statement()).isEqualTo(Statement.IMAGE);
    assertThat(ofWide.explanation()).isEqualTo("nearest_even");
  }

  private static Contents together(Map<String, Contents> parts) {
    return Contents.together(List.copyOf(parts.values()));
  }
}
