package io.ckptaudit.udfs.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.udfs.testing.NearestDouble;
import io.ckptaudit.udfs.testing.SeededCases;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ExactSumTest {

  private static final int SUMS = 250;

  private final SeededCases cases = SeededCases.create();

  /** Some terms, and what they come to in decimals. */
  private record Term(double value, long count) {

    BigDecimal exact() {
      return new BigDecimal(value).multiply(BigDecimal.valueOf(count));
    }
  }

  @Test
  void sumsAndMeansOfAnyDoublesAreRoundedOnce() {
    for (int run = 0; run < SUMS; run++) {
      List<Term> terms = terms(1 + cases.below(12));
      ExactSum sum = sum(terms, 1 << 29);
      BigDecimal exact = exact(terms);
      assertThat(NearestDouble.is(sum.toDouble(), exact)).as("%s %s", cases, terms).isTrue();
      assertThat(sum.toDouble()).as("%s %s", cases, terms).isEqualTo(exact.doubleValue());
      long count = cases.anyCount();
      assertThat(NearestDouble.isQuotient(sum.mean(count), exact, BigDecimal.valueOf(count)))
          .as("%s %s / %s", cases, terms, count)
          .isTrue();
    }
  }

  /** Terms of all exponents; a third cancel earlier ones, up to a last bit. */
  private List<Term> terms(int size) {
    List<Term> terms = new ArrayList<>();
    while (terms.size() < size) {
      if (terms.isEmpty() || cases.below(3) > 0) {
        terms.add(new Term(cases.anyDouble(), cases.anyCount()));
      } else {
        Term earlier = terms.get(cases.below(terms.size()));
        double near = cases.random().nextBoolean() ? earlier.value : Math.nextDown(earlier.value);
        terms.add(new Term(-near, earlier.count));
      }
    }
    return terms;
  }

  private static ExactSum sum(List<Term> terms, int maxPending) {
    ExactSum sum = new ExactSum(maxPending);
    terms.forEach(term -> sum.add(term.value, term.count));
    return sum;
  }

  private static BigDecimal exact(List<Term> terms) {
    return terms.stream().map(Term::exact).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  @Test
  void orderAndPropagationOfCarriesDoNotMatter() {
    for (int run = 0; run < SUMS; run++) {
      List<Term> terms = terms(40);
      ExactSum sum = sum(terms, 1 << 29);
      assertThat(sum(cases.shuffled(terms), 1 + cases.below(5)).exact())
          .as("%s %s", cases, terms)
          .isEqualTo(sum.exact());
    }
  }

  @Test
  void mayBeAskedBetweenAdditions() {
    ExactSum sum = new ExactSum();
    sum.add(-Double.MIN_VALUE, 3);
    assertThat(sum.toDouble()).isEqualTo(-3 * Double.MIN_VALUE);
    sum.add(1, 1);
    sum.add(Double.MIN_VALUE, 3);
    assertThat(sum.toDouble()).isEqualTo(1);
    sum.add(-1, 1);
    assertThat(sum.isZero()).isTrue();
  }

  /**
   * The fullest possible limb, between two propagations: a term of all ones, shifted so that two of
   * its parts meet in one limb, adds less than 1.5 · 2^32 to it. 2^29 such are below 2^62.
   */
  @Test
  void manyAdditionsOfFullTermsKeepEveryBit() {
    double allOnes = Math.nextDown(1.0);
    long fullCount = Long.MAX_VALUE;
    int additions = 3_000_000;
    for (int shift = 0; shift < 32; shift += 9) {
      ExactSum rare = new ExactSum();
      ExactSum often = new ExactSum(1000);
      double value = Math.scalb(allOnes, shift);
      for (int i = 0; i < additions; i++) {
        rare.add(value, fullCount);
        often.add(value, fullCount);
      }
      BigDecimal exact = new Term(value, fullCount).exact().multiply(BigDecimal.valueOf(additions));
      assertThat(rare.exact()).isEqualTo(often.exact());
      assertThat(NearestDouble.is(rare.toDouble(), exact)).isTrue();
    }
  }

  @Test
  void theLargestTermsDoNotWrap() {
    ExactSum sum = new ExactSum(3);
    BigDecimal largest = new Term(Double.MAX_VALUE, Long.MAX_VALUE).exact();
    IntStream.range(0, 1000).forEach(i -> sum.add(Double.MAX_VALUE, Long.MAX_VALUE));
    assertThat(sum.toDouble()).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(sum.mean(Long.MAX_VALUE)).isEqualTo(Double.POSITIVE_INFINITY);
    IntStream.range(0, 2000).forEach(i -> sum.add(-Double.MAX_VALUE, Long.MAX_VALUE));
    assertThat(sum.toDouble()).isEqualTo(Double.NEGATIVE_INFINITY);
    IntStream.range(0, 1000).forEach(i -> sum.add(Double.MAX_VALUE, Long.MAX_VALUE));
    assertThat(sum.isZero()).isTrue();
    sum.add(Double.MAX_VALUE, Long.MAX_VALUE);
    assertThat(
            NearestDouble.isQuotient(
                sum.mean(Long.MAX_VALUE), largest, BigDecimal.valueOf(Long.MAX_VALUE)))
        .isTrue();
    assertThat(sum.mean(Long.MAX_VALUE)).isEqualTo(Double.MAX_VALUE);
  }

  @Test
  void halfwayToInfinityIsInfinityAndOneUnitLessIsNot() {
    ExactSum sum = new ExactSum();
    sum.add(Double.MAX_VALUE, 1);
    sum.add(Math.scalb(1.0, 970), 1);
    assertThat(sum.toDouble()).isEqualTo(Double.POSITIVE_INFINITY);
    sum.add(-Double.MIN_VALUE, 1);
    assertThat(sum.toDouble()).isEqualTo(Double.MAX_VALUE);
  }

  @Test
  void zerosOfBothSignsNoCountAndNoTermsSumToZero() {
    ExactSum sum = new ExactSum();
    assertThat(sum.toDouble()).isEqualTo(0.0);
    sum.add(-0.0, 5);
    sum.add(0.0, Long.MAX_VALUE);
    sum.add(Double.MAX_VALUE, 0);
    assertThat(sum.isZero()).isTrue();
    assertThat(Double.doubleToLongBits(sum.mean(7))).isZero();
    assertThat(sum.rootOfMean(7)).isEqualTo(0.0);
  }

  @Test
  void aNegativeMeanThatRoundsToZeroKeepsItsSign() {
    ExactSum sum = new ExactSum();
    sum.add(-Double.MIN_VALUE, 1);
    assertThat(Double.doubleToRawLongBits(sum.mean(3))).isEqualTo(Long.MIN_VALUE);
    assertThat(sum.mean(2)).as("tie to even").isEqualTo(-0.0);
    sum.add(-Double.MIN_VALUE, 2);
    assertThat(sum.mean(2)).as("tie to even").isEqualTo(-2 * Double.MIN_VALUE);
  }

  @Test
  void rootsAreRoundedOnce() {
    for (int run = 0; run < SUMS; run++) {
      List<Term> terms = new ArrayList<>();
      terms(1 + cases.below(6)).forEach(t -> terms.add(new Term(Math.abs(t.value), t.count)));
      long count = cases.anyCount();
      assertThat(
              NearestDouble.isRoot(
                  sum(terms, 8).rootOfMean(count), exact(terms), BigDecimal.valueOf(count)))
          .as("%s %s / %s", cases, terms, count)
          .isTrue();
    }
  }

  @Test
  void rootsOfSquaresAndOfHalfwayPointsAreExact() {
    for (int run = 0; run < SUMS; run++) {
      double root = (cases.random().nextLong() >>> 38) + 1;
      ExactSum sum = new ExactSum();
      sum.add(root * root, 9);
      assertThat(sum.rootOfMean(9)).as("%s", cases).isEqualTo(root);
    }
    ExactSum tie = new ExactSum();
    double odd = (1L << 53) + 2;
    tie.add(odd * odd, 0);
    BigDecimal halfway = BigDecimal.valueOf((1L << 53) + 1);
    addDecimal(tie, halfway.multiply(halfway));
    assertThat(tie.rootOfMean(1)).as("tie to even").isEqualTo(1L << 53);
    tie.add(Double.MIN_VALUE, 1);
    assertThat(tie.rootOfMean(1)).as("a hair above the tie").isEqualTo(odd);
  }

  /** An integer as a sum of doubles. */
  private static void addDecimal(ExactSum sum, BigDecimal integer) {
    BigDecimal rest = integer;
    while (rest.signum() != 0) {
      double part = rest.doubleValue();
      sum.add(part, 1);
      rest = rest.subtract(new BigDecimal(part));
    }
  }

  @Test
  void standardDeviationsAreRoundedOnce() {
    for (int run = 0; run < SUMS; run++) {
      int around = cases.below(200) - 100;
      boolean close = cases.random().nextBoolean();
      double center = close ? Math.scalb(1.0, around) : 0;
      ExactSum sum = new ExactSum();
      ExactSum squares = new ExactSum();
      BigDecimal s = BigDecimal.ZERO;
      BigDecimal q = BigDecimal.ZERO;
      long n = 0;
      for (int i = 0; i < 6; i++) {
        float value = (float) (center + cases.doubleBetween(around - 20, around));
        Term term = new Term(value, 1 + cases.anyCount() / 16);
        sum.add(value, term.count);
        squares.add((double) value * value, term.count);
        s = s.add(term.exact());
        q = q.add(term.exact().multiply(new BigDecimal(value)));
        n += term.count;
      }
      BigDecimal count = BigDecimal.valueOf(n);
      assertThat(
              NearestDouble.isRoot(
                  ExactSum.standardDeviation(sum, squares, n),
                  q.multiply(count).subtract(s.multiply(s)),
                  count.multiply(count)))
          .as("%s", cases)
          .isTrue();
    }
  }

  @Test
  void aConstantDoesNotDeviate() {
    ExactSum sum = new ExactSum();
    ExactSum squares = new ExactSum();
    float third = 1f / 3;
    sum.add(third, 1_000_003);
    squares.add((double) third * third, 1_000_003);
    assertThat(ExactSum.standardDeviation(sum, squares, 1_000_003)).isEqualTo(0.0);
    assertThat(sum.mean(1_000_003)).isEqualTo(third);
  }

  @Test
  void aRatioOfSumsIsRoundedOnce() {
    for (int run = 0; run < SUMS; run++) {
      List<Term> divisor = List.of(new Term(Math.abs(cases.doubleBetween(-1000, 1000)), 3));
      List<Term> terms = terms(4);
      assertThat(
              NearestDouble.isQuotient(
                  sum(terms, 9).over(sum(divisor, 9)), exact(terms), exact(divisor)))
          .as("%s %s %s", cases, terms, divisor)
          .isTrue();
    }
  }
}
