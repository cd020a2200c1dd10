package io.ckptaudit.job.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.CodeCounts;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Pairs that look alike to counts and digests, and what must not be said of them. */
class FalseEqualTest {

  private static final String ROTATED = "model.layers.0.self_attn.q_proj.weight";
  private static final String META = "layers.0.attention.wq.weight";
  private static final float THIRD = 1 / 3f;

  /** 3.98 steps of F16: 4 to nearest, 3 toward zero. */
  private static final float ROUNDED_UP = 0x1.FEp-23f;

  /** A tensor with what its run would store. */
  private record Stored(SideTensor tensor, Contents contents) {}

  private static Stored stored(String name, Contents contents, Long... shape) {
    List<Long> all = shape.length == 0 ? List.of(contents.elements()) : List.of(shape);
    String figures = contents.exact() == null ? null : Arrays.toString(contents.exact().counts());
    return new Stored(
        new SideTensor(
            name,
            contents.dtype(),
            all,
            contents.elements(),
            contents.crc32c(),
            null,
            figures,
            Map.of(),
            null),
        contents);
  }

  private static List<Compared> compare(List<Stored> left, List<Stored> right) {
    Map<String, Contents> ofLeft = contents(left);
    Map<String, Contents> ofRight = contents(right);
    List<Compared> all = new ArrayList<>();
    for (Pair pair :
        Pairing.of(
            left.stream().map(Stored::tensor).toList(),
            right.stream().map(Stored::tensor).toList())) {
      Contents l = ofLeft.get(pair.left().get(0).name());
      Contents r = ofRight.get(pair.right().get(0).name());
      all.add(Compared.of(pair, l, PairComparison.compare(l, r, FixtureContents.TABLES)));
    }
    return all;
  }

  private static Map<String, Contents> contents(List<Stored> side) {
    Map<String, Contents> contents = new TreeMap<>();
    side.forEach(one -> contents.put(one.tensor().name(), one.contents()));
    return contents;
  }

  private static Compared compare(Stored left, Stored right) {
    List<Compared> all = compare(List.of(left), List.of(right));
    assertThat(all).hasSize(1);
    return all.get(0);
  }

  private static PairOutcome compare(Contents left, Contents right) {
    return PairComparison.compare(left, right, FixtureContents.TABLES);
  }

  private static List<Finding> findings(Compared... all) {
    return ComparisonFindings.of(List.of(all), Policy.DEFAULT);
  }

  private static Contents bf16(float... values) {
    return narrow(DType.BF16, Target.BF16, values);
  }

  private static Contents narrow(DType dtype, Target target, float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putShort((short) target.cast(value));
    }
    return FixtureContents.contents(dtype, bytes.flip().order(ByteOrder.LITTLE_ENDIAN));
  }

  private static Contents f32(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return FixtureContents.contents(DType.F32, bytes.flip().order(ByteOrder.LITTLE_ENDIAN));
  }

  /** Of F64, none of whose values is one of 16 bits. */
  private static Contents f64(double... values) {
    List<CodeCounts> casts = new ArrayList<>();
    for (DType dtype : List.of(DType.F16, DType.BF16)) {
      long[] counts = new long[1 << Short.SIZE];
      for (double value : values) {
        counts[(int) dtype.format().round(value)]++;
      }
      casts.add(CodeCounts.of(dtype, counts, -1, -1, -1, null));
    }
    return Contents.wide(DType.F64, values.length, casts, DType.F64, Map.of(), 1L);
  }

  /** LEFT is the rounded copy of a master whose norms are all ones: they are lossless. */
  @Test
  void aWiderOriginalIsNoCopyOfWhichNothingChanged() {
    List<Compared> all =
        compare(
            List.of(stored("a.norm", bf16(1, 1, 1)), stored("b.weight", bf16(THIRD, 2))),
            List.of(stored("a.norm", f32(1, 1, 1)), stored("b.weight", f32(THIRD, 2))));
    assertThat(all)
        .extracting(Compared::statement)
        .containsExactly(Statement.LOSSLESS, Statement.ORIGINAL);
    ModelStatement model = ModelStatement.of(all);
    assertThat(model.sentence())
        .isEqualTo(
            "LEFT's values are RIGHT's, rounded to nearest even, in 1 pair; of the others, RIGHT"
                + " has exactly LEFT's values in another dtype, none of which changed, in all 1"
                + " pair; order not checked");
    assertThat(model.explanation()).isNull();
    assertThat(model.alternatives()).isEmpty();
  }

  @Test
  void aWiderOriginalBesideARoundedCopyIsBoth() {
    List<Compared> all =
        compare(
            List.of(
                stored("a.weight", bf16(THIRD, 2)),
                stored("b.weight", narrow(DType.BF16, Target.BF16, 1e-7f, 2.015625f))),
            List.of(
                stored("a.weight", f32(THIRD, 2)),
                stored("b.weight", narrow(DType.F16, Target.F16, 1.0021e-7f, 2.015625f))));
    assertThat(all)
        .extracting(Compared::statement)
        .containsExactly(Statement.ORIGINAL, Statement.IMAGE);
    ModelStatement model = ModelStatement.of(all);
    assertThat(model.explanation()).isNull();
    assertThat(model.sentence())
        .startsWith("LEFT's values are RIGHT's, rounded to nearest even, in 1 pair; of the others,")
        .contains("RIGHT's values are exactly LEFT's rounded to nearest even in F16, in all 1 pair")
        .endsWith("; order not checked");
  }

  /** Where some tensors stay what they are, not all are rounded. */
  @Test
  void whatIsKeptWideIsNotRounded() {
    List<Compared> all =
        compare(
            List.of(stored("a.norm", f32(THIRD, 5)), stored("b.weight", f32(THIRD, 2))),
            List.of(stored("a.norm", f32(THIRD, 5)), stored("b.weight", bf16(THIRD, 2))));
    assertThat(all)
        .extracting(Compared::statement)
        .containsExactly(Statement.SAME_BITS, Statement.IMAGE);
    assertThat(ModelStatement.of(all).sentence())
        .isEqualTo("each of 2 pairs is explained, but no one way explains them all");
  }

  @Test
  void copiesInTwoDtypesAreNamedAsBoth() {
    List<Compared> all =
        compare(
            List.of(stored("a.weight", f32(THIRD, 5)), stored("b.weight", f32(THIRD, 2))),
            List.of(
                stored("a.weight", narrow(DType.F16, Target.F16, THIRD, 5)),
                stored("b.weight", bf16(THIRD, 2))));
    assertThat(ModelStatement.of(all).sentence())
        .startsWith(
            "RIGHT's values are exactly LEFT's rounded to nearest even in F16 or rounded to nearest"
                + " even in BF16, in all 2 pairs");
  }

  /** Meta's names became those of transformers, and the rows stayed where they were. */
  @Test
  void queriesThatNobodyPermutedAreAnError() {
    Contents bits = bf16(1, 2, 3, 4, 5, 6, 7, 8);
    Compared renamed = compare(stored(META, bits, 4L, 2L), stored(ROTATED, bits, 4L, 2L));
    assertThat(renamed.statement()).isEqualTo(Statement.NOT_PERMUTED);
    assertThat(ModelStatement.of(List.of(renamed)).isAccounted()).isFalse();
    assertThat(findings(renamed))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.rule()).isEqualTo("VALUES_MOVED");
              assertThat(finding.message())
                  .startsWith(
                      "1 pair: the bits of LEFT in LEFT's order, where RIGHT's names want the rows"
                          + " of queries and keys in another: nobody permuted them, in '"
                          + ROTATED);
            });
    assertThat(compare(stored(ROTATED, bits, 4L, 2L), stored(META, bits, 4L, 2L)).statement())
        .isEqualTo(Statement.NOT_PERMUTED);
    assertThat(renamed.isOpen()).isTrue();
    Contents wide = f32(THIRD, 2, 3, 4);
    assertThat(compare(stored(META, wide), stored(ROTATED, wide)).statement())
        .isEqualTo(Statement.NOT_PERMUTED);
    Contents zeros = bf16(0, 0, 0, 0);
    assertThat(compare(stored(META, zeros), stored(ROTATED, zeros)).statement())
        .isEqualTo(Statement.SAME_BITS);
    assertThat(compare(stored(ROTATED, bits), stored(ROTATED, bits)).statement())
        .isEqualTo(Statement.SAME_BITS);
  }

  @Test
  void theSameBytesInAnotherShapeAreAnotherTensor() {
    Contents bits = bf16(1, 2, 3, 4, 5, 6, 7, 8);
    Compared reshaped = compare(stored("a", bits, 2L, 4L), stored("b", bits, 4L, 2L));
    assertThat(reshaped.pair().how()).isEqualTo(Pair.How.FIGURES);
    assertThat(reshaped.statement()).isEqualTo(Statement.OTHER_SHAPE);
    assertThat(findings(reshaped)).extracting(Finding::rule).containsExactly("SHAPES_DIFFER");
    assertThat(compare(stored("a", bits, 1L, 8L), stored("b", bits, 8L, 1L)).statement())
        .isEqualTo(Statement.SAME_BITS);
    Contents zeros = bf16(0, 0, 0, 0, 0, 0, 0, 0);
    assertThat(compare(stored("a", zeros, 2L, 4L), stored("b", zeros, 4L, 2L)).statement())
        .isEqualTo(Statement.SAME_BITS);
    Contents moved = bf16(1, 5, 2, 6, 3, 7, 4, 8);
    assertThat(compare(stored("a", bits, 2L, 4L), stored("b", moved, 4L, 2L)).statement())
        .isEqualTo(Statement.SAME_VALUES);
  }

  /** 1 + 2^-11 + 2^-40 is above the tie of F16, and as F32 it is the tie. */
  @Test
  void aCastFromF64ToF32IsNotRefutedByRoundingTwice() {
    double above = 1 + 0x1p-11 + 0x1p-40;
    double other = 1 + 0x1p-8 + 0x1p-12 + 0x1p-41;
    Contents wide = f64(above, other);
    Contents cast = f32((float) above, (float) other);
    assertThat(compare(wide, cast).statement()).isEqualTo(Statement.UNDECIDED);
    assertThat(compare(cast, wide).statement()).isEqualTo(Statement.UNDECIDED);
    PairOutcome far = compare(wide, f32((float) above * 1.5f, (float) other));
    assertThat(far.statement()).isEqualTo(Statement.DIFFERENT);
    assertThat(far.leastDifferent()).isEqualTo(1);
  }

  @Test
  void ofAnF8CopyOfAWiderOriginalOnlyWhatIsFarIsDifferent() {
    Contents left = f8(0.34375f, 2, -448);
    assertThat(compare(left, f32(THIRD, 2, -450)).statement()).isEqualTo(Statement.UNDECIDED);
    assertThat(compare(left, f32(THIRD, 3, -450)).statement()).isEqualTo(Statement.DIFFERENT);
  }

  private static Contents f8(float... values) {
    long[] counts = new long[256];
    for (float value : values) {
      counts[(int) Target.F8_E4M3.cast(value)]++;
    }
    return Contents.counted(CodeCounts.of(DType.F8_E4M3, counts, -1, -1, -1, null), 1L);
  }

  /** Moved, or changed below what F16 and BF16 see: the bytes are others for certain. */
  @Test
  void otherBytesOfTheSameRoundingsAreAnError() {
    Contents original = f32(THIRD, 2);
    Stored left = stored("a", original);
    Compared nudged = compare(left, stored("a", f32(Math.nextUp(THIRD), 2)));
    assertThat(nudged.statement()).isEqualTo(Statement.OTHER_BITS);
    assertThat(findings(nudged))
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.rule()).isEqualTo("BITS_DIFFER");
              assertThat(finding.severity().name()).isEqualTo("ERROR");
              assertThat(finding.message())
                  .startsWith(
                      "1 pair: the values round to the same ones of F16 and BF16, but the CRC-32C"
                          + " differs: moved, or changed by less than these tell, in 'a'; compare"
                          + " the weights themselves, with --values");
            });
    assertThat(nudged.isOpen()).isTrue();
    Contents inPieces = new Contents(DType.F32, 2, null, original.casts(), null, Map.of(), null);
    assertThat(compare(left, stored("a", inPieces)).statement())
        .isEqualTo(Statement.SAME_ROUNDINGS);
    Compared permuted = compare(stored(META, original), stored(ROTATED, f32(2, THIRD)));
    assertThat(permuted.statement()).isEqualTo(Statement.SAME_ROUNDINGS);
    Compared payloads =
        compare(
            stored("a", f32(THIRD, Float.intBitsToFloat(0x7FC00001))),
            stored("a", f32(THIRD, Float.NaN)));
    assertThat(payloads.statement()).isEqualTo(Statement.SAME_ROUNDINGS);
  }

  /** A limit would have limited the infinity too. */
  @Test
  void whatKeptItsInfinitiesWasNotClipped() {
    float inf = Float.POSITIVE_INFINITY;
    PairOutcome clipped = compare(bf16(ROUNDED_UP, 70144, 3), f16(0x1p-22f, 65504, 3));
    assertThat(clipped.explanation()).isEqualTo("clipped_at_65504");
    PairOutcome kept = compare(bf16(1, 2, inf), f16(1, 2, inf));
    assertThat(kept.allows("clipped_at_65504", "clipped")).isFalse();
    assertThat(compare(bf16(1, 2, 3), f16(1, 2, 3)).allows("clipped_at_65504", "clipped")).isTrue();
    assertThat(kept.allows("through_f16_clipped", "through_f16_clipped")).isFalse();
    PairOutcome onlyInfinities = compare(bf16(ROUNDED_UP, inf, -inf), f16(0x1p-22f, 65504, -65504));
    assertThat(onlyInfinities.statement()).isEqualTo(Statement.IMAGE);
    assertThat(onlyInfinities.explanation()).isEqualTo("clipped_at_65504");
    assertThat(onlyInfinities.changes()).isEqualTo(new Changes(1, 0, 0, 2));
  }

  private static Contents f16(float... values) {
    return narrow(DType.F16, Target.F16, values);
  }

  @Test
  void valuesThatALimitCaughtAreNotRounded() {
    long[] counts = new long[256];
    for (float value : new float[] {1.125f, 448, 448, -448}) {
      counts[(int) Target.F8_E4M3.cast(value)]++;
    }
    Contents saturated =
        Contents.counted(CodeCounts.of(DType.F8_E4M3, counts, -1, -1, -1, null), 1L);
    PairOutcome outcome = compare(bf16(1.1015625f, 1000, 456, -3000), saturated);
    assertThat(outcome.explanation()).isEqualTo("saturated");
    assertThat(outcome.changes()).isEqualTo(new Changes(1, 0, 0, 3));
    // The limit of F16 is 65504, which BF16 rounds to 65536; 65536 itself becomes infinite in F16.
    PairOutcome between = compare(bf16(1, 70144, -98304, 3), bf16(1, 65536, -65536, 3));
    assertThat(between.fits()).contains("through_f16_clipped");
    Explanation chain = Explanations.named("through_f16_clipped", DType.BF16, DType.BF16);
    Changes changes = chain.changes(bf16(1, 70144, -98304, 3).source(), FixtureContents.TABLES);
    assertThat(changes).isEqualTo(new Changes(0, 0, 0, 2));
  }

  @Test
  void nothingAndNothingFiniteIsHeldByEveryFormat() {
    float inf = Float.POSITIVE_INFINITY;
    assertThat(compare(bf16(), wideOfNothingFinite()).statement()).isEqualTo(Statement.LOSSLESS);
    assertThat(compare(wideOfNothingFinite(), bf16()).statement()).isEqualTo(Statement.LOSSLESS);
    assertThat(compare(bf16(inf, Float.NaN), wideOfNothingFinite(inf, Float.NaN)).statement())
        .isEqualTo(Statement.LOSSLESS);
  }

  /** As a run stores it: no narrowest dtype, since there are no values. */
  private static Contents wideOfNothingFinite(float... values) {
    Contents known = f32(values);
    return Contents.wide(
        DType.F32,
        values.length,
        List.copyOf(known.casts().values()),
        null,
        Map.of(FloatFormat.F16, Changes.NONE),
        known.crc32c());
  }
}
