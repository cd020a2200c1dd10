package io.ckptaudit.udfs.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.testing.BruteStatistics;
import io.ckptaudit.udfs.testing.Dyadic;
import io.ckptaudit.udfs.testing.SeededCases;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatisticsTest {

  private final SeededCases cases = SeededCases.create();

  private static Statistics of(CodeCounts... states) {
    return new StateFigures(List.of(states), Tables.of(List.of(states))).statistics();
  }

  /**
   * @param distinct null where it must be
   */
  static void checkAll(String where, Statistics statistics, BruteStatistics brute, Long distinct) {
    assertThat(statistics.elements()).as(where).isEqualTo(brute.elements);
    assertThat(statistics.nan()).as(where).isEqualTo(brute.nan);
    assertThat(statistics.posInf()).as(where).isEqualTo(brute.posInf);
    assertThat(statistics.negInf()).as(where).isEqualTo(brute.negInf);
    assertThat(statistics.finite()).as(where).isEqualTo(brute.finite());
    assertThat(statistics.nonFinite()).as(where).isEqualTo(brute.elements - brute.finite());
    assertThat(statistics.zero()).as(where).isEqualTo(brute.zero);
    assertThat(statistics.subnormal()).as(where).isEqualTo(brute.subnormal);
    assertThat(statistics.min()).as(where).isEqualTo(brute.min());
    assertThat(statistics.max()).as(where).isEqualTo(brute.max());
    assertThat(statistics.absMax()).as(where).isEqualTo(brute.absMax());
    assertThat(statistics.absMinNonzero()).as(where).isEqualTo(brute.absMinNonzero());
    assertThat(brute.isSum(statistics.sum())).as(where).isTrue();
    assertThat(brute.isSumSq(statistics.sumSq())).as(where).isTrue();
    assertThat(brute.isMean(statistics.mean())).as(where).isTrue();
    assertThat(brute.isStddev(statistics.stddev())).as(where).isTrue();
    assertThat(statistics.distinctCodes()).as(where).isEqualTo(distinct);
    assertThat(statistics.narrowestExactDtype()).as(where).isEqualTo(brute.narrowestExactDtype());
    assertThat(statistics.onF16Lattice()).as(where).isEqualTo(brute.onF16Lattice);
    assertThat(statistics.onBf16Lattice()).as(where).isEqualTo(brute.onBf16Lattice);
    assertThat(Dyadic.bins(statistics.magnitudes())).as(where).isEqualTo(brute.magnitudes);
  }

  @Test
  void everyColumnEqualsAPassOverTheValues() {
    for (int run = 0; run < 400; run++) {
      List<CodeCounts> states = new ArrayList<>();
      BruteStatistics brute = new BruteStatistics();
      for (DType dtype : cases.shuffled(Parts.COUNTED).subList(0, 1 + cases.below(3))) {
        int[] codes = cases.codes(dtype.format(), cases.below(80));
        states.add(Parts.whole(dtype, codes));
        for (int code : codes) {
          brute.add(dtype.format(), dtype.format().decode(code), 1);
        }
      }
      checkAll("" + cases, of(states.toArray(CodeCounts[]::new)), brute, distinct(states));
    }
  }

  private static Long distinct(List<CodeCounts> states) {
    List<CodeCounts> filled = states.stream().filter(state -> state.elements() > 0).toList();
    return filled.size() > 1
        ? null
        : (Long) filled.stream().mapToLong(CodeCounts::distinctCodes).sum();
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
