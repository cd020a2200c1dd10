package io.ckptaudit.udfs.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.testing.NearestDouble;
import io.ckptaudit.udfs.testing.SeededCases;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.DoublePredicate;
import org.junit.jupiter.api.Test;

class StatisticsTest {

  private final SeededCases cases = SeededCases.create();

  private static Statistics of(CodeCounts... states) {
    return new StateFigures(List.of(states), Tables.of(List.of(states))).statistics();
  }

  @Test
  void everyColumnEqualsAPassOverTheValues() {
    for (int run = 0; run < 400; run++) {
      List<CodeCounts> states = new ArrayList<>();
      List<Double> values = new ArrayList<>();
      long subnormal = 0;
      for (DType dtype : cases.shuffled(Parts.COUNTED).subList(0, 1 + cases.below(3))) {
        int[] codes = cases.codes(dtype.format(), cases.below(80));
        states.add(Parts.whole(dtype, codes));
        Arrays.stream(codes).mapToObj(dtype.format()::decode).forEach(values::add);
        subnormal += Arrays.stream(codes).filter(dtype.format()::isSubnormal).count();
      }
      Statistics statistics = of(states.toArray(CodeCounts[]::new));
      checkCounts(statistics, values);
      assertThat(statistics.subnormal()).as("%s", cases).isEqualTo(subnormal);
      checkDistinct(statistics, states);
      double[] finite =
          values.stream().mapToDouble(Double::doubleValue).filter(Double::isFinite).toArray();
      checkExtremes(statistics, finite);
      checkSums(statistics, finite);
      checkLattices(statistics, finite);
      checkMagnitudes(statistics, finite);
    }
  }

  private void checkCounts(Statistics statistics, List<Double> values) {
    assertThat(statistics.elements()).as("%s", cases).isEqualTo(values.size());
    assertThat(statistics.nan()).isEqualTo(count(values, Double::isNaN));
    assertThat(statistics.posInf()).isEqualTo(count(values, v -> v == Double.POSITIVE_INFINITY));
    assertThat(statistics.negInf()).isEqualTo(count(values, v -> v == Double.NEGATIVE_INFINITY));
    assertThat(statistics.zero()).isEqualTo(count(values, v -> v == 0));
    assertThat(statistics.finite()).isEqualTo(count(values, Double::isFinite));
    assertThat(statistics.nonFinite()).isEqualTo(count(values, v -> !Double.isFinite(v)));
  }

  private static long count(List<Double> values, DoublePredicate predicate) {
    return values.stream().mapToDouble(Double::doubleValue).filter(predicate).count();
  }

  private void checkDistinct(Statistics statistics, List<CodeCounts> states) {
    List<CodeCounts> filled = states.stream().filter(state -> state.elements() > 0).toList();
    Long expected =
        filled.size() > 1
            ? null
            : (Long) filled.stream().mapToLong(CodeCounts::distinctCodes).sum();
    assertThat(statistics.distinctCodes()).as("%s", cases).isEqualTo(expected);
  }

  private void checkExtremes(Statistics statistics, double[] finite) {
    if (finite.length == 0) {
      assertThat(statistics.min()).as("%s", cases).isNull();
      assertThat(statistics.max()).isNull();
      assertThat(statistics.absMax()).isNull();
      assertThat(statistics.absMinNonzero()).isNull();
      return;
    }
    double[] magnitudes = Arrays.stream(finite).map(Math::abs).toArray();
    double[] nonzero = Arrays.stream(magnitudes).filter(v -> v > 0).toArray();
    assertThat(statistics.min())
        .as("%s", cases)
        .isEqualTo(Arrays.stream(finite).min().getAsDouble() + 0.0);
    assertThat(statistics.max()).isEqualTo(Arrays.stream(finite).max().getAsDouble() + 0.0);
    assertThat(statistics.absMax()).isEqualTo(Arrays.stream(magnitudes).max().getAsDouble());
    assertThat(statistics.absMinNonzero())
        .isEqualTo(
            nonzero.length == 0 ? null : (Double) Arrays.stream(nonzero).min().getAsDouble());
    assertThat(Double.doubleToRawLongBits(statistics.min())).isNotEqualTo(Long.MIN_VALUE);
    assertThat(Double.doubleToRawLongBits(statistics.max())).isNotEqualTo(Long.MIN_VALUE);
  }

  private void checkSums(Statistics statistics, double[] finite) {
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal squares = BigDecimal.ZERO;
    for (double value : finite) {
      sum = sum.add(new BigDecimal(value));
      squares = squares.add(new BigDecimal(value).pow(2));
    }
    assertThat(NearestDouble.is(statistics.sum(), sum)).as("%s", cases).isTrue();
    assertThat(NearestDouble.is(statistics.sumSq(), squares)).as("%s", cases).isTrue();
    if (finite.length == 0) {
      assertThat(statistics.mean()).isNull();
      assertThat(statistics.stddev()).isNull();
      return;
    }
    BigDecimal n = BigDecimal.valueOf(finite.length);
    assertThat(NearestDouble.isQuotient(statistics.mean(), sum, n)).as("%s", cases).isTrue();
    BigDecimal variance = squares.multiply(n).subtract(sum.multiply(sum));
    assertThat(NearestDouble.isRoot(statistics.stddev(), variance, n.multiply(n)))
        .as("%s", cases)
        .isTrue();
  }

  private void checkLattices(Statistics statistics, double[] finite) {
    boolean f16 = Arrays.stream(finite).allMatch(v -> isValueOf(FloatFormat.F16, v));
    boolean bf16 = Arrays.stream(finite).allMatch(v -> isValueOf(FloatFormat.BF16, v));
    assertThat(statistics.onF16Lattice()).as("%s", cases).isEqualTo(f16);
    assertThat(statistics.onBf16Lattice()).as("%s", cases).isEqualTo(bf16);
    DType narrowest = bf16 ? DType.BF16 : f16 ? DType.F16 : DType.F32;
    assertThat(statistics.narrowestExactDtype()).isEqualTo(finite.length == 0 ? null : narrowest);
  }

  private static boolean isValueOf(FloatFormat format, double value) {
    return format.decode(format.round(value)) == value;
  }

  private void checkMagnitudes(Statistics statistics, double[] finite) {
    TreeMap<Integer, Long> bins = new TreeMap<>();
    for (double value : finite) {
      BigInteger units = Dyadic.units(value).abs();
      bins.merge(units.signum() == 0 ? Integer.MIN_VALUE : Dyadic.log2(units), 1L, Long::sum);
    }
    assertThat(Dyadic.bins(statistics.magnitudes())).as("%s", cases).isEqualTo(bins);
  }

  @Test
  void nothingAtAll() {
    for (Statistics statistics : List.of(of(), of(CodeCounts.empty(DType.F16)))) {
      assertThat(statistics.elements()).isZero();
      assertThat(statistics.mean()).isNull();
      assertThat(statistics.stddev()).isNull();
      assertThat(statistics.sum()).isEqualTo(0.0);
      assertThat(statistics.distinctCodes()).isZero();
      assertThat(statistics.narrowestExactDtype()).isNull();
      assertThat(statistics.onF16Lattice()).isTrue();
    }
  }

  @Test
  void nothingButNaN() {
    Statistics statistics = of(Parts.whole(DType.F16, 0x7E00, 0xFE01, 0x7C01));
    assertThat(statistics.nan()).isEqualTo(3);
    assertThat(statistics.distinctCodes()).isEqualTo(3);
    assertThat(statistics.min()).isNull();
    assertThat(statistics.sumSq()).isEqualTo(0.0);
  }

  @Test
  void nothingButZeros() {
    Statistics statistics = of(Parts.whole(DType.BF16, 0x8000, 0, 0x8000));
    assertThat(statistics.zero()).isEqualTo(3);
    assertThat(statistics.min()).isEqualTo(0.0);
    assertThat(statistics.absMinNonzero()).isNull();
    assertThat(statistics.stddev()).isEqualTo(0.0);
    assertThat(Dyadic.bins(statistics.magnitudes())).containsOnlyKeys(Integer.MIN_VALUE);
  }

  @Test
  void oneElement() {
    Statistics statistics = of(Parts.whole(DType.BF16, 0xC040));
    assertThat(statistics.min()).isEqualTo(-3.0);
    assertThat(statistics.mean()).isEqualTo(-3.0);
    assertThat(statistics.stddev()).isEqualTo(0.0);
    assertThat(statistics.sumSq()).isEqualTo(9.0);
    assertThat(Dyadic.bins(statistics.magnitudes())).containsOnlyKeys(1);
  }

  @Test
  void tenTrillionElementsAreSummedExactly() {
    long[] counts = new long[1 << 16];
    counts[0x3F80] = 10_000_000_000_001L;
    counts[0xBF80] = 10_000_000_000_000L;
    counts[0x0001] = 3;
    Statistics statistics = of(CodeCounts.of(DType.BF16, counts, -1, -1, -1, null));
    assertThat(statistics.sum()).isEqualTo(1.0);
    assertThat(statistics.mean()).isEqualTo(1.0 / 20_000_000_000_004L);
    assertThat(statistics.sumSq()).isEqualTo(20_000_000_000_001.0);
  }
}
