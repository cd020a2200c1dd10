package io.ckptaudit.job.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.state.ElementDifferences;
import io.ckptaudit.udfs.state.ElementDifferencesBuilder;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What elements make of statements that counts gave, of the same bytes and of others. */
class ElementStatementTest {

  private static SideTensor tensor(String name, DType dtype, Double largest) {
    return new SideTensor(name, dtype, List.of(4L), 4, null, dtype, null, Map.of(), largest);
  }

  private static Pair pair(DType left, DType right) {
    return Pairing.of(List.of(tensor("a", left, 2.0)), List.of(tensor("a", right, 0.25))).get(0);
  }

  private static Compared counted(DType left, DType right, PairOutcome outcome) {
    return new Compared(pair(left, right), outcome);
  }

  private static ElementDifferences differences(DType dtype, int different) {
    ElementDifferencesBuilder builder = new ElementDifferencesBuilder(dtype);
    builder.addElements(4);
    for (int i = 0; i < different; i++) {
      builder.addDifferent(i, 0, 1, 0, 1);
    }
    return builder.build();
  }

  private static ElementsCompared found(Compared counted, int trial, int different) {
    ElementTrial tried = counted.trials().get(trial);
    ElementOrder order = counted.orders().get(0);
    return ElementsCompared.of(tried, order, differences(tried.image().to(), different));
  }

  /** Of the simplest explanation; empty for what counts came to. */
  private static String id(ElementTrial trial) {
    return trial.explanations().isEmpty() ? "" : trial.explanations().get(0).id();
  }

  private static void assertChanged(Compared counted, int different) {
    Compared checked = counted.with(found(counted, 0, different));
    assertThat(checked.statement()).isEqualTo(counted.statement());
    assertThat(checked.elements().fault()).isEqualTo(ReadFault.CHANGED_DURING_AUDIT);
  }

  /** The run of a side is of other bytes than those that are read. */
  @Test
  void elementsThatCannotBeThoseThatWereCountedHaveChanged() {
    assertChanged(counted(DType.F32, DType.F32, PairOutcome.different(2L)), 0);
    assertChanged(counted(DType.F32, DType.F32, PairOutcome.different(2L)), 1);
    assertChanged(counted(DType.BF16, DType.F32, PairOutcome.different(1L)), 0);
    assertChanged(counted(DType.I64, DType.I64, PairOutcome.different(1L)), 0);
    assertChanged(counted(DType.BF16, DType.BF16, PairOutcome.of(Statement.SAME_BITS)), 1);
    assertChanged(counted(DType.F32, DType.F32, PairOutcome.of(Statement.OTHER_BITS)), 0);
  }

  @Test
  void elementsThatMayBeThoseThatWereCountedDecide() {
    assertThat(decided(DType.F32, DType.F32, Statement.OTHER_BITS, 1))
        .isEqualTo(Statement.DIFFERENT);
    assertThat(decided(DType.F32, DType.F32, Statement.SAME_ROUNDINGS, 0))
        .isEqualTo(Statement.SAME_IN_ORDER);
    assertThat(decided(DType.F64, DType.F32, Statement.UNDECIDED, 0))
        .isEqualTo(Statement.IMAGE_IN_ORDER);
    assertThat(decided(DType.F32, DType.F64, Statement.UNDECIDED, 0))
        .isEqualTo(Statement.ORIGINAL_IN_ORDER);
    assertThat(decided(DType.F64, DType.F32, Statement.UNDECIDED, 1))
        .isEqualTo(Statement.DIFFERENT);
    assertThat(decided(DType.BF16, DType.BF16, Statement.SAME_BITS, 0))
        .isEqualTo(Statement.SAME_BITS);
  }

  private static Statement decided(DType left, DType right, Statement statement, int different) {
    Compared counted = counted(left, right, PairOutcome.of(statement));
    return counted.with(found(counted, 0, different)).statement();
  }

  /** What only elements can test is tried after what counts came to. */
  @Test
  void ofAWideLeftEveryExplanationIsTried() {
    PairOutcome nearest =
        new PairOutcome(
            Statement.DIFFERENT,
            "nearest_even",
            List.of(),
            true,
            Map.of("nearest_even", "rounded"),
            Map.of("nearest_even", "nearest_even"),
            null,
            3L,
            1.0,
            null);
    Compared counted = counted(DType.F32, DType.BF16, nearest);
    List<String> tried = counted.trials().stream().map(ElementStatementTest::id).toList();
    assertThat(tried.get(0)).isEmpty();
    assertThat(tried)
        .contains("toward_zero", "scaled_by_2^-4", "scaled_by_2^-3", "through_f16_toward_zero")
        .doesNotContain("nearest_even", "flushed", "clipped_at_0.25", "through_f16");
    int truncated = tried.indexOf("toward_zero");
    Compared equal = counted.with(found(counted, truncated, 0));
    assertThat(equal.sentence())
        .isEqualTo(
            "each of RIGHT's values is exactly LEFT's in its place, truncated (rounded toward zero)"
                + " to BF16");
    assertThat(equal.outcome().fits()).containsExactly("toward_zero");
    Compared tampered = counted.with(found(counted, truncated, 1));
    assertThat(tampered.statement()).isEqualTo(Statement.DIFFERENT);
    assertThat(tampered.sentence())
        .startsWith("no known change leads from LEFT's values to RIGHT's: 1 of 4 elements differ")
        .endsWith("from LEFT's truncated (rounded toward zero) to BF16, which comes nearest");
    assertThat(counted.sentence())
        .endsWith(
            "which comes nearest; of 32- and 64-bit values of LEFT only rounding to nearest was"
                + " tested, and --values tells more");
  }

  @Test
  void castsOfAWideLeftTo8BitsAreTriedWithAndWithoutSaturation() {
    PairOutcome none =
        new PairOutcome(
            Statement.DIFFERENT,
            "through_bf16",
            List.of(),
            true,
            Map.of("through_bf16", "rounded"),
            Map.of("through_bf16", "through_bf16"),
            null,
            3L,
            1.0,
            null);
    Compared counted = counted(DType.F64, DType.F8_E4M3, none);
    assertThat(counted.trials())
        .extracting(ElementStatementTest::id)
        .contains("nearest_even", "saturated", "flushed", "toward_zero", "clipped_at_0.25");
    int nearest =
        counted.trials().stream().map(ElementStatementTest::id).toList().indexOf("nearest_even");
    PairOutcome found = counted.with(found(counted, nearest, 0)).outcome();
    assertThat(found.fits()).containsExactly("nearest_even", "saturated");
    Compared chain = counted(DType.F32, DType.F8_E4M3, none.as(Statement.IMAGE));
    assertThat(chain.trials().stream().map(ElementStatementTest::id).toList())
        .containsExactly("nearest_even", "saturated", "");
    assertThat(chain.with(found(chain, 0, 0)).outcome().explanation()).isEqualTo("nearest_even");
    assertThat(chain.with(found(chain, 2, 0)).outcome().explanation()).isEqualTo("through_bf16");
    assertThat(found.allows("clipped_at_448", "clipped")).isTrue();
  }

  /** All infinite: no finite value makes a dtype the narrowest, so every one holds them. */
  @Test
  void whatHasNoFiniteValueHasAnImage() {
    SideTensor left =
        new SideTensor("a", DType.F32, List.of(4L), 4, null, null, null, Map.of(), null);
    Pair pair = Pairing.of(List.of(left), List.of(tensor("a", DType.F8_E4M3, 1.0))).get(0);
    for (String id : List.of("toward_zero", "saturated", "scaled_by_2^3", "flushed")) {
      PairOutcome outcome =
          PairOutcome.explained(Statement.IMAGE, id, "changed").as(Statement.IMAGE);
      assertThat(ElementImage.of(pair, outcome)).as(id).isPresent();
    }
  }

  @Test
  void ofSeveralWaysTheNearestIsReported() {
    Compared counted = counted(DType.F32, DType.F32, PairOutcome.of(Statement.OTHER_BITS));
    List<ElementsCompared> all =
        IntStream.of(3, 1, 2).mapToObj(different -> found(counted, 0, different)).toList();
    assertThat(all.stream().reduce(ElementsCompared::nearer).orElseThrow()).isEqualTo(all.get(1));
    ElementsCompared unread = ElementsCompared.unread(ReadFault.IO_READ);
    assertThat(all.get(0).nearer(unread)).isEqualTo(unread);
  }
}
