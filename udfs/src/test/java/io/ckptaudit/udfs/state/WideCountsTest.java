package io.ckptaudit.udfs.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.arrow.ArrowMemory;
import io.ckptaudit.udfs.arrow.ConversionFunctions;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.testing.BruteFigures;
import io.ckptaudit.udfs.testing.BruteStatistics;
import io.ckptaudit.udfs.testing.Dyadic;
import io.ckptaudit.udfs.testing.SeededCases;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.arrow.vector.BaseFixedWidthVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.Float8Vector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The exact state of F32 and F64: laws on bytes, and figures against exact arithmetic. */
class WideCountsTest {

  private final SeededCases cases = SeededCases.create();

  private static final Map<FloatFormat, FormatTables> TABLES =
      Map.of(
          FloatFormat.BF16,
          Tables.of(FloatFormat.BF16),
          FloatFormat.F16,
          Tables.of(FloatFormat.F16));

  @AfterEach
  void givesAllMemoryBack() {
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }

  private static StateFigures figures(CountedState... states) {
    return new StateFigures(List.of(states), TABLES);
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void anyCutOrderAndGroupingGivesTheBytesOfTheWhole(DType dtype) {
    for (int run = 0; run < 60; run++) {
      double[] tensor = mixed(dtype, cases.below(300), false);
      WideCounts whole = WideParts.of(dtype, tensor);
      TensorState merged = Parts.mergeAnyhow(WideParts.cut(dtype, tensor, cases), cases);
      assertThat(merged.toBytes()).as("%s %s", dtype, cases).isEqualTo(whole.toBytes());
      assertThat(merged).isEqualTo(whole).hasSameHashCodeAs(whole);
      assertThat(TensorState.fromBytes(whole.toBytes())).isEqualTo(whole);
      WideCounts empty = WideCounts.empty(dtype, WideParts.ALL);
      assertThat(whole.merge(empty)).isEqualTo(whole);
      assertThat(empty.merge(whole)).isEqualTo(whole);
      assertThat(whole.withoutPlace().merge(whole).minIndex()).isEqualTo(-1);
    }
  }

  /** A tensor of several moods, one after the other. */
  private double[] mixed(DType dtype, int length, boolean coarse) {
    double[] first = WideParts.values(dtype, length, cases, coarse);
    double[] second = WideParts.values(dtype, cases.below(length + 1), cases, coarse);
    double[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void figuresEqualThoseOfExactArithmetic(DType dtype) {
    for (int run = 0; run < 80; run++) {
      Brutes brutes = new Brutes();
      WideCounts state = brutes.wide(dtype, mixed(dtype, cases.below(200), true), 1);
      brutes.check(dtype + " " + cases, figures(state), distinct(state));
    }
  }

  /** Number of codes, where they are all known. */
  private static Long distinct(WideCounts state) {
    return state.isAllBf16() ? (Long) (long) state.bf16().distinctCodes() : null;
  }

  /** The oracles of all figures of some values. */
  private static final class Brutes {

    private final BruteStatistics statistics = new BruteStatistics();
    private final List<BruteFigures> targets =
        Arrays.stream(Target.values()).map(BruteFigures::new).toList();

    /** Adds a tensor a number of times; the state of it once. */
    WideCounts wide(DType dtype, double[] tensor, long count) {
      Arrays.stream(tensor).forEach(value -> add(dtype.format(), value, count));
      return WideParts.of(dtype, tensor);
    }

    CodeCounts codes(DType dtype, int[] tensor) {
      Arrays.stream(tensor).forEach(code -> add(dtype.format(), dtype.format().decode(code), 1));
      return Parts.whole(dtype, tensor);
    }

    private void add(FloatFormat own, double value, long count) {
      statistics.add(own, value, count);
      targets.forEach(target -> target.add(value, count));
    }

    void check(String where, StateFigures figures, Long distinct) {
      StatisticsTest.checkAll(where, figures.statistics(), statistics, distinct);
      for (BruteFigures brute : targets) {
        TargetFiguresTest.checkAll(
            where + " → " + brute.target, figures.target(brute.target), brute);
      }
    }
  }

  /** Whether a BF16 value is stored in 16, 32 or 64 bits makes no difference to any figure. */
  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void everyBf16CodeHasTheSameFiguresWhenItIsWidened(DType dtype) {
    int[] codes = IntStream.range(0, 1 << 16).toArray();
    double[] widened = Arrays.stream(codes).mapToDouble(FloatFormat.BF16::decode).toArray();
    CodeCounts bf16 = Parts.whole(DType.BF16, codes);
    WideCounts wide = WideParts.of(dtype, widened);
    assertThat(wide.isAllBf16()).isTrue();
    assertThat(wide.minIndex()).isEqualTo(bf16.minIndex());
    for (Target target : Target.values()) {
      assertSame(figures(wide).target(target), figures(bf16).target(target));
    }
    Statistics narrow = figures(bf16).statistics();
    Statistics statistics = figures(wide).statistics();
    assertThat(statistics.sumSq()).isEqualTo(narrow.sumSq());
    assertThat(statistics.stddev()).isEqualTo(narrow.stddev());
    assertThat(statistics.narrowestExactDtype()).isEqualTo(DType.BF16);
    assertThat(statistics.subnormal()).isEqualTo(dtype == DType.F32 ? narrow.subnormal() : 0);
  }

  private static void assertSame(TargetFigures actual, TargetFigures expected) {
    assertThat(actual)
        .usingRecursiveComparison()
        .ignoringFields("absolute", "relative", "ulp")
        .isEqualTo(expected);
    assertThat(Dyadic.bins(actual.absolute())).isEqualTo(Dyadic.bins(expected.absolute()));
    assertThat(Dyadic.bins(actual.relative())).isEqualTo(Dyadic.bins(expected.relative()));
    assertThat(Dyadic.bins(actual.ulp())).isEqualTo(Dyadic.bins(expected.ulp()));
  }

  /** Subnormals are those of the dtype they came in, and codes of several are not told apart. */
  @Test
  void figuresOfSeveralDtypesAreThoseOfAllValues() {
    for (int run = 0; run < 30; run++) {
      Brutes brutes = new Brutes();
      WideCounts f32 = brutes.wide(DType.F32, mixed(DType.F32, cases.below(100), true), 1);
      WideCounts f64 = brutes.wide(DType.F64, mixed(DType.F64, cases.below(100), true), 1);
      CodeCounts bf16 = brutes.codes(DType.BF16, cases.codes(FloatFormat.BF16, cases.below(100)));
      List<CountedState> filled =
          Stream.of(f32, bf16, f64).filter(state -> state.elements() > 0).toList();
      Long distinct = filled.isEmpty() ? (Long) 0L : null;
      if (filled.size() == 1) {
        distinct =
            filled.get(0) instanceof WideCounts wide
                ? distinct(wide)
                : (Long) (long) bf16.distinctCodes();
      }
      brutes.check("" + cases, figures(f32, bf16, f64.withoutPlace()), distinct);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void hugeCounts(DType dtype) {
    long times = 1L << 44;
    for (int run = 0; run < 10; run++) {
      Brutes brutes = new Brutes();
      TensorState once = brutes.wide(dtype, mixed(dtype, cases.below(200), true), times);
      WideCounts many = (WideCounts) once.repeated(times);
      assertThat(TensorState.fromBytes(many.toBytes())).as("%s", cases).isEqualTo(many);
      brutes.check(times + " times " + dtype + " " + cases, figures(many), distinct(many));
    }
  }

  /** A value that BF16 holds, one that it does not, one that is clipped far off, a NaN payload. */
  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void theLimitOfCountsThrowsAndNeverWraps(DType dtype) {
    double[] kinds = {1, 1.1f, 0x1.8p100f * 1.1f, Float.intBitsToFloat(0x7FC00001)};
    for (double kind : kinds) {
      Brutes brutes = new Brutes();
      WideCounts one = brutes.wide(dtype, new double[] {kind}, Long.MAX_VALUE);
      WideCounts full = (WideCounts) one.repeated(Long.MAX_VALUE);
      assertThat(full.elements()).isEqualTo(Long.MAX_VALUE);
      assertThat(TensorState.fromBytes(full.toBytes())).isEqualTo(full);
      brutes.check(dtype + " " + kind, figures(full), distinct(full));
      for (double other : kinds) {
        assertThatThrownBy(() -> full.merge(WideParts.of(dtype, other)))
            .as("2^63 - 1 of %s and one %s", kind, other)
            .isInstanceOf(ArithmeticException.class);
      }
      assertThatThrownBy(() -> one.repeated(1L << 62).merge(one.repeated(1L << 62)))
          .isInstanceOf(ArithmeticException.class);
    }
  }

  @Test
  void castsOfF64AreRoundedOnce() {
    WideCounts state = WideParts.of(DType.F64, 1 + 0x1p-8 + 0x1p-40, 61440 - 0x1p-30);
    assertThat(state.castCodes(Target.BF16, TABLES.get(FloatFormat.BF16)).codes())
        .containsExactly(0x3F81, 0x4770);
    assertThat(state.castCodes(Target.F8_E5M2, TABLES.get(FloatFormat.BF16)).codes())
        .containsExactly(0x3C, 0x7B);
  }

  @Test
  void castCodesAreThoseOfEveryElement() {
    double[] tensor = mixed(DType.F32, 400, false);
    WideCounts state = WideParts.of(DType.F32, tensor);
    for (Target target : state.targets()) {
      long[] counts = new long[target.format().codes()];
      Arrays.stream(tensor).forEach(value -> counts[(int) target.cast(value)]++);
      CodeCounts codes = state.castCodes(target, TABLES.get(FloatFormat.BF16));
      assertThat(codes.elements()).isEqualTo(tensor.length);
      for (int i = 0; i < codes.distinctCodes(); i++) {
        assertThat(codes.count(i)).as("%s %s", target, cases).isEqualTo(counts[codes.code(i)]);
      }
    }
  }

  /** Casts everything to one, whatever is asked. */
  private static final class AllOnes implements ConversionFunctions {
    private static final long serialVersionUID = 1L;
    private final KernelConversions right = new KernelConversions();

    @Override
    public void toFloat(FloatFormat source, BaseFixedWidthVector codes, Float4Vector floats) {
      right.toFloat(source, codes, floats);
    }

    @Override
    public void fromFloat(Target target, Float4Vector floats, BaseFixedWidthVector codes) {
      right.fromFloat(target, floats, codes);
      setOnes(target, codes);
    }

    @Override
    public void fromDouble(Target target, Float8Vector doubles, BaseFixedWidthVector codes) {
      right.fromDouble(target, doubles, codes);
      setOnes(target, codes);
    }

    private static void setOnes(Target target, BaseFixedWidthVector codes) {
      long one = target.cast(1);
      for (int i = 0; i < codes.getValueCount(); i++) {
        switch (codes.getTypeWidth()) {
          case 1 -> codes.getDataBuffer().setByte(i, (byte) one);
          case 2 -> codes.getDataBuffer().setShort(2L * i, (short) one);
          default -> codes.getDataBuffer().setInt(4L * i, (int) one);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F64"})
  void wrongFunctionsAreBelievedAndChangeTheFigures(DType dtype) {
    double[] tensor = {1.1f, -3.3f, 0.1f, 1000.7f};
    WideCounts state = WideParts.part(dtype, tensor, 0, 4, WideParts.ALL, new AllOnes());
    double sum = 0;
    for (double value : tensor) {
      sum += Math.abs(value - 1);
    }
    TargetFigures wrong = figures(state).target(Target.F16);
    assertThat(wrong.sumAbsError()).isEqualTo(sum);
    assertThat(wrong.maxRelError()).isEqualTo((1 - (double) 0.1f) / 0.1f);
    assertThat(TensorState.fromBytes(state.toBytes())).isEqualTo(state);
  }

  @Test
  void passageThroughANarrowerFormatIsSeenInTheWideOne() {
    List<Double> through = new ArrayList<>();
    List<Double> never = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      double weight = (float) (cases.random().nextGaussian() * 0.02);
      never.add(weight);
      through.add(FloatFormat.F16.decode(FloatFormat.F16.round(weight)));
    }
    LatticeEvidence seen = LatticeEvidence.of(state(through), TABLES, Target.F16);
    assertThat(seen.seenOffLattice()).isZero();
    assertThat(seen.expectedOffLattice()).isGreaterThan(1_000);
    LatticeEvidence innocent = LatticeEvidence.of(state(never), TABLES, Target.F16);
    assertThat(innocent.seenOffLattice()).isGreaterThan(4_000);
    assertThat(innocent.expectedOffLattice()).isZero();
    double[] ones = new double[5_000];
    Arrays.fill(ones, 1);
    assertThat(LatticeEvidence.of(WideParts.of(DType.F32, ones), TABLES, Target.BF16))
        .matches(constant -> constant.expectedOffLattice() <= 1);
  }

  private static WideCounts state(List<Double> values) {
    return WideParts.of(DType.F32, values.stream().mapToDouble(Double::doubleValue).toArray());
  }

  @Test
  void statesForOtherTargetsAreNoPartsOfOneTensor() {
    WideCounts all = WideParts.of(DType.F32, 1.1);
    WideCounts two = WideCounts.empty(DType.F32, EnumSet.of(Target.F16));
    assertThat(two.targets()).containsExactly(Target.F16, Target.BF16);
    assertThatThrownBy(() -> all.merge(two))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("with casts to [F16, BF16]: they are no parts of one tensor");
    assertThatThrownBy(() -> figures(two).target(Target.F8_E4M3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "No casts of F32 to F8_E4M3 were kept, only to [F16, BF16]; count the tensor with this"
                + " target");
    assertThat(figures(two).target(Target.F32).exact()).isZero();
    WideCounts doubles = WideParts.of(DType.F64, 1.1);
    assertThatThrownBy(() -> doubles.castCodes(Target.F32, TABLES.get(FloatFormat.BF16)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "No codes of casts of F64 to F32 are counted: it has more than 16 bits; ask for a target"
                + " of at most 16");
  }

  @Test
  void weightsTakeTensOfKilobytes() {
    double[] weights = cases.random().doubles(1 << 18).map(u -> (float) ((u - 0.5) / 10)).toArray();
    int bytes =
        WideParts.part(
                DType.F32, weights, 0, 1 << 18, EnumSet.of(Target.F16), new KernelConversions())
            .toBytes()
            .length;
    assertThat(bytes).isLessThan(100_000);
  }
}
