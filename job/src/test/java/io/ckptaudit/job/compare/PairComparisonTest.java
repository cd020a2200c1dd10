package io.ckptaudit.job.compare;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.ckptaudit.job.testing.Expected;
import io.ckptaudit.job.testing.Fixtures;
import io.ckptaudit.udfs.number.DType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of pairs of tensors of the fixtures, from their counts and digests alone. */
class PairComparisonTest {

  private static final String VICTIM = "model.layers.2.mlp.down_proj.weight";

  private static Map<String, PairOutcome> compare(String left, String right) {
    Map<String, Contents> l = FixtureContents.of(left);
    Map<String, Contents> r = FixtureContents.of(right);
    assertThat(l.keySet()).isEqualTo(r.keySet()).hasSize(30);
    Map<String, PairOutcome> outcomes = new TreeMap<>();
    l.forEach(
        (name, contents) ->
            outcomes.put(
                name, PairComparison.compare(contents, r.get(name), FixtureContents.TABLES)));
    return outcomes;
  }

  @Test
  void aCheckpointHasTheSameBitsAsItself() {
    assertThat(compare("llama-hf-bf16", "llama-hf-bf16").values())
        .allMatch(outcome -> outcome.statement() == Statement.SAME_BITS);
  }

  @Test
  void exchangedValuesHaveMoved() {
    compare("llama-hf-bf16", "llama-hf-swapped")
        .forEach(
            (name, outcome) ->
                assertThat(outcome.statement())
                    .as(name)
                    .isEqualTo(name.equals(VICTIM) ? Statement.MOVED : Statement.SAME_BITS));
  }

  @Test
  void oneValueTamperedWithIsOneValue() {
    compare("llama-hf-bf16", "llama-hf-tampered")
        .forEach(
            (name, outcome) -> {
              if (name.equals(VICTIM)) {
                assertThat(outcome.statement()).isEqualTo(Statement.DIFFERENT);
                assertThat(outcome.explanation()).isEqualTo("unchanged");
                assertThat(outcome.leastDifferent()).isEqualTo(1);
                assertThat(outcome.leastLargest()).isPositive();
              } else {
                assertThat(outcome.statement()).as(name).isEqualTo(Statement.SAME_BITS);
              }
            });
  }

  @ParameterizedTest
  @CsvSource({
    "llama-hf-bf16, llama-hf-fp32-upcast",
    "llama-hf-fp32-upcast, llama-hf-bf16",
    "llama-hf-fp16, llama-hf-fp16-then-bf16"
  })
  void whatAnotherDtypeHoldsIsLossless(String left, String right) {
    assertThat(compare(left, right).values())
        .allMatch(outcome -> outcome.statement() == Statement.LOSSLESS)
        .allMatch(outcome -> outcome.changes().changed() == 0);
  }

  /** Every tensor of 64 values or more tells each way from all others but those named. */
  @ParameterizedTest
  @CsvSource({
    "llama-wide-fp16, nearest_even",
    "llama-wide-fp16-clipped, clipped_at_65504",
    "llama-wide-fp16-truncated, toward_zero",
    "llama-wide-fp16-flushed, flushed_unsigned",
    "llama-wide-scaled, scaled_by_2^-3",
    "llama-wide-fp16-then-bf16, through_f16"
  })
  void everyWayOfCastingIsRecognised(String right, String explanation) {
    compare("llama-wide-bf16", right)
        .forEach(
            (name, outcome) -> {
              assertThat(outcome.statement()).as(name).isEqualTo(Statement.IMAGE);
              if (name.contains("norm")) {
                assertThat(
                        outcome.allows(
                            explanation, outcome.families().getOrDefault(explanation, "clipped")))
                    .isTrue();
              } else {
                assertThat(outcome.fits()).as(name).containsExactly(explanation);
              }
            });
  }

  @Test
  void whatACastDidIsCountedAsNumpyCountsIt() {
    Map<String, JsonNode> expected = Expected.of(Fixtures.path("llama-wide-bf16"), "expected.json");
    compare("llama-wide-bf16", "llama-wide-fp16")
        .forEach(
            (name, outcome) -> {
              JsonNode f16 = expected.get(name).get("targets").get("F16");
              Changes changes = outcome.changes();
              assertThat(changes.overflowed()).isEqualTo(f16.get("overflow").asLong());
              assertThat(changes.flushed()).isEqualTo(f16.get("underflow").asLong());
              assertThat(changes.changed()).isEqualTo(f16.get("inexact").asLong());
            });
  }

  @ParameterizedTest
  @CsvSource({"llama-fp32-master-to-bf16", "llama-fp32-master-to-fp16"})
  void castsOfAnF32MasterAreRecognisedFromWhatItsRunStored(String right) {
    compare("llama-fp32-master", right)
        .forEach(
            (name, outcome) -> {
              assertThat(outcome.statement()).as(name).isEqualTo(Statement.IMAGE);
              assertThat(outcome.explanation()).isEqualTo("nearest_even");
              assertThat(outcome.untested()).isTrue();
              assertThat(outcome.changes()).isNull();
            });
    compare(right, "llama-fp32-master")
        .forEach(
            (name, outcome) ->
                assertThat(outcome.statement()).as(name).isEqualTo(Statement.ORIGINAL));
  }

  @Test
  void ofF32WithOtherBytesOnlyTheRoundingsAreKnown() {
    Contents a = f32(0.1f, 0.2f, 0.3f);
    Contents moved = f32(0.2f, 0.1f, 0.3f);
    assertThat(compare(a, a).statement()).isEqualTo(Statement.SAME_BITS);
    assertThat(compare(a, moved).statement()).isEqualTo(Statement.OTHER_BITS);
    PairOutcome other = compare(a, f32(0.1f, 0.2f, 0.4f));
    assertThat(other.statement()).isEqualTo(Statement.DIFFERENT);
    assertThat(other.leastDifferent()).isEqualTo(1);
  }

  @Test
  void withoutDigestsOrderIsNotChecked() {
    Contents counted = bf16(0x3F80, 0x4000);
    Contents inPieces = Contents.counted(counted.source(), null);
    assertThat(compare(counted, inPieces).statement()).isEqualTo(Statement.SAME_VALUES);
  }

  @Test
  void otherNaNsInOtherNumbersHaveNotMoved() {
    Contents a = bf16(0x7FC0, 0x3F80);
    Contents b = bf16(0x7FC1, 0x3F80);
    assertThat(compare(a, b).statement()).isEqualTo(Statement.SAME_VALUES);
  }

  @Test
  void theSignOfZeroIsAValue() {
    PairOutcome outcome = compare(bf16(0x8000, 0x3F80), bf16(0x0000, 0x3F80));
    assertThat(outcome.statement()).isEqualTo(Statement.IMAGE);
    assertThat(outcome.explanation()).isEqualTo("flushed_unsigned");
  }

  @Test
  void whatIsNotCountedIsToldByItsDigestOrNotAtAll() {
    Contents a = Contents.uncounted(DType.I64, 4, 1L);
    assertThat(compare(a, a).statement()).isEqualTo(Statement.SAME_BITS);
    assertThat(compare(a, Contents.uncounted(DType.I64, 4, 2L)).statement())
        .isEqualTo(Statement.DIFFERENT);
    assertThat(compare(a, Contents.uncounted(DType.I64, 4, null)).statement())
        .isEqualTo(Statement.NOT_COMPARED);
    assertThat(compare(a, Contents.uncounted(DType.I64, 5, 1L)).statement())
        .isEqualTo(Statement.OTHER_SHAPE);
  }

  @Test
  void aTensorOfZerosFitsMuchAndIsUnchanged() {
    PairOutcome zeros = compare(bf16(0, 0), bf16(0, 0));
    assertThat(zeros.statement()).isEqualTo(Statement.SAME_BITS);
    assertThat(zeros.fits()).startsWith("unchanged").contains("through_f16", "flushed");
  }

  private static PairOutcome compare(Contents left, Contents right) {
    return PairComparison.compare(left, right, FixtureContents.TABLES);
  }

  private static Contents bf16(int... codes) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * codes.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int code : codes) {
      bytes.putShort((short) code);
    }
    return FixtureContents.contents(DType.BF16, bytes.flip().order(ByteOrder.LITTLE_ENDIAN));
  }

  private static Contents f32(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return FixtureContents.contents(DType.F32, bytes.flip().order(ByteOrder.LITTLE_ENDIAN));
  }
}
