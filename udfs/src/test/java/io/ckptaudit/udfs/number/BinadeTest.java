package io.ckptaudit.udfs.number;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BinadeTest {

  @Test
  void everyPowerOfTwoStartsItsBinade() {
    for (int k = -1074; k <= 1023; k++) {
      double power = Math.scalb(1.0, k);
      assertThat(Binade.of(power)).isEqualTo(k);
      assertThat(Binade.of(-power)).isEqualTo(k);
      if (k > -1074) {
        assertThat(Binade.of(Math.nextDown(power))).isEqualTo(k - 1);
      }
    }
    assertThat(Binade.of(Double.MAX_VALUE)).isEqualTo(1023);
  }

  @Test
  void randomValuesLieBetweenTheEdgesOfTheirBinade() {
    SplittableRandom random = new SplittableRandom(3);
    for (int i = 0; i < 20_000; i++) {
      double value = randomPositive(random);
      int k = Binade.of(value);
      BigDecimal exact = new BigDecimal(value);
      assertThat(exact).isGreaterThanOrEqualTo(ExactFormat.powerOfTwo(k));
      assertThat(exact).isLessThan(ExactFormat.powerOfTwo(k).multiply(BigDecimal.valueOf(2)));
    }
  }

  @Test
  void ratiosLieBetweenTheEdgesOfTheirBinade() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 20_000; i++) {
      assertRatio(randomPositive(random), randomPositive(random));
    }
    assertRatio(Double.MIN_VALUE, Double.MAX_VALUE);
    assertRatio(Double.MAX_VALUE, Double.MIN_VALUE);
    assertRatio(Math.nextDown(1.0), 1.0);
    assertRatio(1.0, Math.nextUp(1.0));
    assertRatio(3 * Double.MIN_VALUE, Double.MIN_VALUE);
    assertRatio(0.3, 0.3);
  }

  /** 2^k ≤ a/b &lt; 2^(k+1), multiplied out so that nothing is rounded. */
  private static void assertRatio(double a, double b) {
    int k = Binade.ofRatio(a, b);
    BigDecimal left = new BigDecimal(a);
    BigDecimal right = new BigDecimal(b);
    BigDecimal two = BigDecimal.valueOf(2);
    if (k < 0) {
      left = left.multiply(two.pow(-k));
    } else {
      right = right.multiply(two.pow(k));
    }
    assertThat(left).as("%s / %s", a, b).isGreaterThanOrEqualTo(right);
    assertThat(left).as("%s / %s", a, b).isLessThan(right.multiply(two));
  }

  private static double randomPositive(SplittableRandom random) {
    boolean subnormal = random.nextInt(4) == 0;
    long bits = random.nextLong(1, subnormal ? 1L << 52 : 0x7FF0_0000_0000_0000L);
    return Double.longBitsToDouble(bits);
  }

  @ParameterizedTest
  @ValueSource(
      doubles = {0.0, -0.0, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void zeroAndNonFiniteLieInNone(double value) {
    assertThatThrownBy(() -> Binade.of(value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot place %s in a binade: only finite non-zero values lie in one; count it apart",
            value);
    assertThatThrownBy(() -> Binade.ofRatio(1, value)).hasMessageStartingWith("Cannot place");
  }
}
