package io.ckptaudit.udfs.number;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Rounding against {@link ExactFormat}: single, to nearest, ties to even. */
class RoundingTest {

  private static final long SEED = 20261122;

  @ParameterizedTest
  @EnumSource(
      value = FloatFormat.class,
      names = {"F64", "F32"},
      mode = EnumSource.Mode.EXCLUDE)
  void everyCodeToEveryTarget(FloatFormat source) {
    for (long code = 0; code < source.codes(); code++) {
      double value = source.decode(code);
      for (Target target : Target.values()) {
        assertCast(target, value);
      }
      assertEveryFormat(value);
    }
  }

  /** Where two roundings would differ from one: the F32 in between lands on a tie or a limit. */
  @ParameterizedTest
  @CsvSource({
    "BF16,    0x1.010000000100p+0, 1.0078125",
    "F8_E5M2, 0x1.dfffffffffffp+15, 57344",
    "F16,     0x1.ffdfffffffffp+15, 65504",
    "F16,     0x1.002000000001p+0, 1.0009765625",
    "F16,     0x1.000000000001p-25, 5.9604644775390625E-8",
    "BF16,    0x1.000000000001p-134, 9.183549615799121E-41",
    "F8_E4M3, 0x1.d00000000001p+8, NaN",
    "F8_E4M3, 0x1.dp+8, 448",
    "F8_E4M3_SAT, 0x1.d00000000001p+8, 448",
    "F32,     0x1.0000010000001p+0, 1.0000001192092896"
  })
  void roundsOnce(Target target, String value, Double expected) {
    double input = Double.parseDouble(value);
    assertThat(target.format().decode(target.cast(input))).isEqualTo(expected);
    assertThat(target.format().decode(target.cast(-input))).isEqualTo(Double.valueOf(-expected));
  }

  @Test
  void roundsOnceTheTwoNamedValues() {
    double aboveTie = 1 + Math.scalb(1.0, -8) + Math.scalb(1.0, -40);
    assertThat((double) (float) aboveTie).isEqualTo(1 + Math.scalb(1.0, -8));
    assertThat(FloatFormat.BF16.decode(Target.BF16.cast(aboveTie))).isEqualTo(1.0078125);
    double belowLimit = 61440 - Math.scalb(1.0, -30);
    assertThat((double) (float) belowLimit).isEqualTo(61440);
    assertThat(FloatFormat.F8_E5M2.decode(Target.F8_E5M2.cast(belowLimit))).isEqualTo(57344);
    assertThat(Target.F8_E5M2.overflows(belowLimit)).isFalse();
  }

  /** Every value of a format, and every midpoint of two, with the doubles up to 3 ulps around. */
  @ParameterizedTest
  @EnumSource(
      value = ExactFormat.class,
      names = {"F64", "F32"},
      mode = EnumSource.Mode.EXCLUDE)
  void boundaries(ExactFormat oracle) {
    BigDecimal two = BigDecimal.valueOf(2);
    for (long code = 0; code <= oracle.maxFiniteCode(); code++) {
      BigDecimal value = oracle.magnitude(code);
      boolean last = code == oracle.maxFiniteCode();
      BigDecimal boundary =
          last ? oracle.overflowLimit() : value.add(oracle.magnitude(code + 1)).divide(two);
      assertAround(oracle, value.doubleValue());
      assertAround(oracle, boundary.doubleValue());
    }
  }

  private static void assertAround(ExactFormat oracle, double boundary) {
    double value = boundary;
    for (int i = 0; i < 3; i++) {
      value = Math.nextDown(value);
    }
    for (int i = -3; i <= 3; i++) {
      assertRound(oracle, value);
      value = Math.nextUp(value);
    }
  }

  @ParameterizedTest
  @EnumSource(ExactFormat.class)
  void randomDoubles(ExactFormat oracle) {
    SplittableRandom random = new SplittableRandom(SEED);
    FloatFormat format = oracle.format();
    int samples = format == FloatFormat.F64 ? 4_000 : 20_000;
    for (int i = 0; i < samples; i++) {
      assertRound(oracle, Double.longBitsToDouble(random.nextLong()));
      assertRound(oracle, Double.longBitsToDouble(random.nextLong() & 0x800F_FFFF_FFFF_FFFFL));
      int lowest = Math.max(format.minExponent() - format.fractionBits() - 3, -1074);
      int exponent = random.nextInt(lowest, Math.min(format.maxExponent() + 3, 1024));
      double value = Math.scalb(1 + random.nextDouble(), exponent);
      assertRound(oracle, random.nextBoolean() ? value : -value);
    }
    for (double value : new double[] {0.0, Double.MIN_VALUE, Double.MIN_NORMAL, Double.MAX_VALUE}) {
      assertRound(oracle, value);
      assertRound(oracle, -value);
    }
    assertRound(oracle, Double.POSITIVE_INFINITY);
    assertRound(oracle, Double.NEGATIVE_INFINITY);
  }

  /** A second oracle for F32: the JDK's own narrowing. */
  @Test
  void roundsToF32AsTheJdkDoes() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < 5_000_000; i++) {
      int exponent = random.nextInt(-153, 130);
      double value = Math.scalb(1 + random.nextDouble(), exponent);
      long expected = Float.floatToRawIntBits((float) value) & 0xFFFF_FFFFL;
      if (FloatFormat.F32.round(value) != expected) {
        assertThat(FloatFormat.F32.round(value)).as("%s", value).isEqualTo(expected);
      }
    }
  }

  @Test
  @Tag("full")
  void codesOfF32() {
    // Every fifth: each sign and exponent with 1.6 million significands.
    for (long code = 0; code <= 0xFFFF_FFFFL; code += 5) {
      float expected = Float.intBitsToFloat((int) code);
      double value = FloatFormat.F32.decode(code);
      boolean same = Double.compare(value, expected) == 0;
      boolean back = Float.isNaN(expected) || FloatFormat.F32.round(value) == code;
      if (!same || !back) {
        assertThat(same && back).as("F32 code %x", code).isTrue();
      }
    }
  }

  @Test
  void neverRoundsToAnUnsignedScale() {
    assertThatThrownBy(() -> FloatFormat.F8_E8M0.round(1.5))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Cannot round 1.5 to F8_E8M0: its values are unsigned block scales and the rounding"
                + " belongs to the block; only decode its codes");
  }

  @ParameterizedTest
  @EnumSource(
      value = FloatFormat.class,
      names = {"F6_E3M2", "F6_E2M3", "F4"})
  void formatsWithoutNaNRefuseIt(FloatFormat format) {
    assertThatThrownBy(() -> format.round(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot round NaN to %s: the format has no NaN; count NaN apart before rounding",
            format);
  }

  private static void assertEveryFormat(double value) {
    for (ExactFormat oracle : ExactFormat.values()) {
      if (!Double.isNaN(value) || oracle.hasNaN()) {
        assertRound(oracle, value);
      }
    }
  }

  private static void assertCast(Target target, double value) {
    ExactFormat oracle = ExactFormat.valueOf(target.format().name());
    boolean saturates = target.isSaturating() && !Double.isNaN(value);
    long expected = saturates ? oracle.roundSaturating(value) : oracle.round(value);
    if (target.cast(value) != expected) {
      assertThat(Long.toHexString(target.cast(value)))
          .as("%s to %s", value, target)
          .isEqualTo(Long.toHexString(expected));
    }
    boolean overflows = Double.isFinite(value) && oracle.overflows(new BigDecimal(value).abs());
    if (target.overflows(value) != overflows) {
      assertThat(target.overflows(value)).as("%s overflows %s", value, target).isEqualTo(overflows);
    }
  }

  private static void assertRound(ExactFormat oracle, double value) {
    if (Double.isNaN(value) && !oracle.hasNaN()) {
      return;
    }
    long code = oracle.format().round(value);
    long expected = oracle.round(value);
    if (code != expected) {
      assertThat(Long.toHexString(code))
          .as("%s = %s to %s", value, Double.toHexString(value), oracle)
          .isEqualTo(Long.toHexString(expected));
    }
  }
}
