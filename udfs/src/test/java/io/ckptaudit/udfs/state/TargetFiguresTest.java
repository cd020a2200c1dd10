package io.ckptaudit.udfs.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.testing.BruteFigures;
import io.ckptaudit.udfs.testing.Dyadic;
import io.ckptaudit.udfs.testing.NearestDouble;
import io.ckptaudit.udfs.testing.SeededCases;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class TargetFiguresTest {

  private final SeededCases cases = SeededCases.create();

  private TargetFigures check(Target target, List<CodeCounts> states) {
    BruteFigures brute = new BruteFigures(target);
    for (CodeCounts state : states) {
      for (int i = 0; i < state.distinctCodes(); i++) {
        brute.add(state.dtype().format().decode(state.code(i)), state.count(i));
      }
    }
    TargetFigures figures = new StateFigures(states, Tables.of(states)).target(target);
    String where = target + " of " + states + " " + cases;
    checkAll(where, figures, brute);
    return figures;
  }

  static void checkAll(String where, TargetFigures figures, BruteFigures brute) {
    checkCounts(where, figures, brute);
    checkErrors(where, figures, brute);
    checkHistograms(where, figures, brute);
  }

  private static void checkCounts(String where, TargetFigures figures, BruteFigures brute) {
    assertThat(figures.target()).as(where).isEqualTo(brute.target);
    assertThat(figures.overflow()).as(where).isEqualTo(brute.overflow);
    assertThat(figures.underflow()).as(where).isEqualTo(brute.underflow);
    assertThat(figures.subnormal()).as(where).isEqualTo(brute.subnormal);
    assertThat(figures.inexact()).as(where).isEqualTo(brute.inexact);
    assertThat(figures.exact()).as(where).isEqualTo(brute.finite - brute.inexact);
  }

  private static void checkErrors(String where, TargetFigures figures, BruteFigures brute) {
    assertThat(brute.maxAbs.isNearest(figures.maxAbsError())).as(where).isTrue();
    assertThat(brute.maxRel.isNearest(figures.maxRelError())).as(where).isTrue();
    assertThat(brute.maxUlp.isNearest(figures.maxUlpError())).as(where).isTrue();
    assertThat(figures.sqnrDb()).as(where).isEqualTo(brute.sqnr());
    assertThat(brute.isSumAbs(figures.sumAbsError())).as(where).isTrue();
    assertThat(brute.isSumSq(figures.sumSqError())).as(where).isTrue();
    assertThat(brute.isMeanAbs(figures.meanAbsError())).as(where).isTrue();
    assertThat(brute.isRmse(figures.rmse())).as(where).isTrue();
  }

  /** And that no value is lost: the zero row, the bins and what has no error are all of them. */
  private static void checkHistograms(String where, TargetFigures figures, BruteFigures brute) {
    check(where, figures.absolute(), brute.absolute, brute);
    check(where, figures.relative(), brute.relative, brute);
    check(where, figures.ulp(), brute.ulp, brute);
  }

  private static void check(
      String where, Histogram histogram, TreeMap<Integer, Long> brute, BruteFigures figures) {
    assertThat(Dyadic.bins(histogram)).as(where).isEqualTo(brute);
    long[] all = {histogram.zero()};
    histogram.forEach((bin, count) -> all[0] += count);
    long withoutError = figures.target.isSaturating() ? 0 : figures.overflow;
    assertThat(all[0] + withoutError).as(where).isEqualTo(figures.finite);
  }

  @Test
  void everyCodeOfEveryFormatToEveryTarget() {
    for (DType dtype : Parts.COUNTED) {
      long[] counts = new long[dtype.format().codes()];
      for (int code = 0; code < counts.length; code++) {
        counts[code] = 1 + cases.below(1000);
      }
      CodeCounts state = CodeCounts.of(dtype, counts, -1, -1, -1, null);
      for (Target target : Target.values()) {
        check(target, List.of(state));
      }
    }
  }

  @Test
  void randomTensorsAndSeveralDtypesTogether() {
    for (int run = 0; run < 60; run++) {
      List<CodeCounts> states = new ArrayList<>();
      for (DType dtype : cases.shuffled(Parts.COUNTED).subList(0, 1 + cases.below(3))) {
        states.add(Parts.whole(dtype, cases.codes(dtype.format(), cases.below(60))));
      }
      for (Target target : Target.values()) {
        check(target, states);
      }
    }
  }

  @Test
  void hugeCounts() {
    long[] counts = new long[1 << 16];
    for (int code = 0; code < counts.length; code++) {
      counts[code] = (1L << 46) + cases.below(1000);
    }
    CodeCounts state = CodeCounts.of(DType.BF16, counts, -1, -1, -1, null);
    for (Target target : Target.values()) {
      check(target, List.of(state));
    }
  }

  @Test
  void withoutAFiniteValueMeansAreNullAndTheRestZero() {
    for (CodeCounts state :
        List.of(CodeCounts.empty(DType.BF16), Parts.whole(DType.BF16, 0x7FC0, 0x7F80, 0xFF80))) {
      for (Target target : Target.values()) {
        TargetFigures figures = check(target, List.of(state));
        assertThat(figures.rmse()).isNull();
        assertThat(figures.sqnrDb()).isNull();
        assertThat(figures.exact()).isZero();
        assertThat(figures.absolute().zero()).isZero();
      }
    }
    assertThat(new StateFigures(List.of(), Map.of()).target(Target.F16).meanAbsError()).isNull();
  }

  @Test
  void zerosOfBothSignsAreExact() {
    TargetFigures figures = check(Target.F8_E4M3, List.of(Parts.whole(DType.BF16, 0, 0x8000, 0)));
    assertThat(figures.exact()).isEqualTo(3);
    assertThat(figures.underflow()).isZero();
    assertThat(figures.rmse()).isEqualTo(0.0);
    assertThat(figures.sqnrDb()).isNull();
  }

  @Test
  void whereEverythingOverflowsThereIsNoError() {
    CodeCounts large = Parts.whole(DType.BF16, 0x7F7F, 0xFF7F);
    TargetFigures lost = check(Target.F16, List.of(large));
    assertThat(lost.overflow()).isEqualTo(2);
    assertThat(lost.inexact()).isEqualTo(2);
    assertThat(lost.meanAbsError()).isNull();
    TargetFigures clipped = check(Target.F8_E5M2_SAT, List.of(large));
    assertThat(clipped.overflow()).isEqualTo(2);
    assertThat(clipped.meanAbsError()).isGreaterThan(3e38);
  }

  /** 2^100 − 448 is not a double; its binade is the 99th, and as a share of 2^100 it is below 1. */
  @Test
  void theBinsOfAClippedPowerOfTwoAreThoseOfTheExactError() {
    CodeCounts state = Parts.whole(DType.BF16, (127 + 100) << 7);
    TargetFigures figures = check(Target.F8_E4M3_SAT, List.of(state));
    assertThat(Dyadic.bins(figures.absolute())).containsOnlyKeys(99);
    assertThat(Dyadic.bins(figures.relative())).containsOnlyKeys(-1);
    assertThat(Dyadic.bins(figures.ulp())).containsOnlyKeys(2);
    assertThat(figures.maxAbsError()).isEqualTo(Math.scalb(1.0, 100));
  }

  /** A wrong conversion function is believed, and what it did is still summed exactly. */
  @Test
  void figuresAreThoseOfTheFunctionsGiven() {
    FloatFormat format = FloatFormat.BF16;
    double[] values = Tables.values(format);
    Map<Target, int[]> results = new EnumMap<>(Target.class);
    for (Target target : Target.values()) {
      results.put(target, new int[values.length]);
    }
    int ones = 0x3C00;
    Arrays.fill(results.get(Target.F16), ones);
    CodeCounts state = Parts.whole(DType.BF16, (127 + 100) << 7, 0x3F80, 0);
    StateFigures figures =
        new StateFigures(List.of(state), Map.of(format, new FormatTables(format, values, results)));
    TargetFigures wrong = figures.target(Target.F16);
    BigDecimal large = new BigDecimal(BigInteger.ONE.shiftLeft(100).subtract(BigInteger.ONE));
    assertThat(NearestDouble.is(wrong.sumAbsError(), large.add(BigDecimal.ONE))).isTrue();
    assertThat(NearestDouble.is(wrong.sumSqError(), large.multiply(large).add(BigDecimal.ONE)))
        .isTrue();
    assertThat(wrong.inexact()).isEqualTo(2);
    assertThat(wrong.overflow()).isZero();
    assertThat(Dyadic.bins(wrong.absolute())).containsOnlyKeys(Integer.MIN_VALUE, 0, 99);
    TargetFigures clippedToZero = figures.target(Target.F8_E4M3_SAT);
    assertThat(clippedToZero.sumAbsError()).isEqualTo(Math.scalb(1.0, 100) + 1);
    assertThat(clippedToZero.maxAbsError()).isEqualTo(Math.scalb(1.0, 100));
  }

  private static FormatTables tablesWithoutF8() {
    int[] codes = new int[1 << 16];
    return new FormatTables(
        FloatFormat.BF16, new double[codes.length], Map.of(Target.F16, codes, Target.BF16, codes));
  }

  @Test
  void tablesThatAreMissingAreNamed() {
    CodeCounts state = Parts.whole(DType.BF16, 1);
    assertThatThrownBy(() -> new StateFigures(List.of(state), Map.of()).statistics())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "No conversion tables of BF16 among those of []: its codes are counted; make tables of"
                + " every format that is");
    assertThatThrownBy(() -> tablesWithoutF8().result(Target.F8_E4M3, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "No table of casts from BF16 to F8_E4M3, only to [F16, BF16]; make the tables with this"
                + " target");
    assertThatThrownBy(() -> new FormatTables(FloatFormat.BF16, new double[1 << 16], Map.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("without casts to F16 and BF16");
  }
}
