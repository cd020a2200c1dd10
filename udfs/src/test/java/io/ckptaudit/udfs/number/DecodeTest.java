package io.ckptaudit.udfs.number;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Values of codes, from the specifications and from {@link ExactFormat}. */
class DecodeTest {

  @ParameterizedTest
  @CsvSource({
    "F16, 0000, 0",
    "F16, 8000, -0.0",
    "F16, 0001, 0x1p-24",
    "F16, 03FF, 0x1.ff8p-15",
    "F16, 0400, 0x1p-14",
    "F16, 3C00, 1",
    "F16, 3555, 0.333251953125",
    "F16, 7BFF, 65504",
    "F16, 7C00, Infinity",
    "F16, FC00, -Infinity",
    "F16, 7C01, NaN",
    "F16, FFFF, NaN",
    "BF16, 0001, 0x1p-133",
    "BF16, 0080, 0x1p-126",
    "BF16, 3F80, 1",
    "BF16, C000, -2",
    "BF16, 7F7F, 0x1.fep127",
    "BF16, FF80, -Infinity",
    "BF16, 7F81, NaN",
    "F32, 00000001, 0x1p-149",
    "F32, 7F7FFFFF, 0x1.fffffep127",
    "F32, FF800000, -Infinity",
    "F32, 7F800001, NaN",
    "F64, 0000000000000001, 0x1p-1074",
    "F64, BFF0000000000000, -1",
    "F64, FFF0000000000000, -Infinity",
    "F64, 7FF0000000000001, NaN",
    "F8_E4M3, 01, 0x1p-9",
    "F8_E4M3, 07, 0x1.cp-7",
    "F8_E4M3, 08, 0x1p-6",
    "F8_E4M3, 38, 1",
    "F8_E4M3, 78, 256",
    "F8_E4M3, 7E, 448",
    "F8_E4M3, FE, -448",
    "F8_E4M3, 7F, NaN",
    "F8_E4M3, FF, NaN",
    "F8_E4M3, 80, -0.0",
    "F8_E5M2, 01, 0x1p-16",
    "F8_E5M2, 04, 0x1p-14",
    "F8_E5M2, 3C, 1",
    "F8_E5M2, 7B, 57344",
    "F8_E5M2, 7C, Infinity",
    "F8_E5M2, FC, -Infinity",
    "F8_E5M2, 7D, NaN",
    "F8_E5M2, 7F, NaN",
    "F8_E4M3FNUZ, 00, 0",
    "F8_E4M3FNUZ, 80, NaN",
    "F8_E4M3FNUZ, 01, 0x1p-10",
    "F8_E4M3FNUZ, 08, 0x1p-7",
    "F8_E4M3FNUZ, 40, 1",
    "F8_E4M3FNUZ, 7F, 240",
    "F8_E4M3FNUZ, FF, -240",
    "F8_E5M2FNUZ, 80, NaN",
    "F8_E5M2FNUZ, 01, 0x1p-17",
    "F8_E5M2FNUZ, 04, 0x1p-15",
    "F8_E5M2FNUZ, 40, 1",
    "F8_E5M2FNUZ, 7F, 57344",
    "F8_E8M0, 00, 0x1p-127",
    "F8_E8M0, 7F, 1",
    "F8_E8M0, 80, 2",
    "F8_E8M0, FE, 0x1p127",
    "F8_E8M0, FF, NaN",
    "F6_E3M2, 01, 0.0625",
    "F6_E3M2, 04, 0.25",
    "F6_E3M2, 0C, 1",
    "F6_E3M2, 1F, 28",
    "F6_E3M2, 3F, -28",
    "F6_E3M2, 20, -0.0",
    "F6_E2M3, 01, 0.125",
    "F6_E2M3, 08, 1",
    "F6_E2M3, 1F, 7.5",
    "F6_E2M3, 3F, -7.5",
    "F4, 0, 0",
    "F4, 1, 0.5",
    "F4, 2, 1",
    "F4, 3, 1.5",
    "F4, 4, 2",
    "F4, 5, 3",
    "F4, 6, 4",
    "F4, 7, 6",
    "F4, 8, -0.0",
    "F4, F, -6"
  })
  void literalValues(FloatFormat format, String code, String value) {
    double expected = Double.parseDouble(value);
    double decoded = format.decode(Long.parseUnsignedLong(code, 16));
    assertThat(Double.compare(decoded, expected)).as("%s is not %s", decoded, expected).isZero();
  }

  @ParameterizedTest
  @EnumSource(ExactFormat.class)
  void everyFiniteCodeIsTheOraclesValueAndComesBack(ExactFormat oracle) {
    FloatFormat format = oracle.format();
    SplittableRandom random = new SplittableRandom(7);
    boolean all = format.bits() <= 16;
    long steps = all ? oracle.maxFiniteCode() + 1 : 200_000;
    for (long i = 0; i < steps; i++) {
      long code = all ? i : random.nextLong(oracle.maxFiniteCode() + 1);
      double value = format.decode(code);
      boolean exact = oracle.magnitude(code).compareTo(new BigDecimal(value)) == 0;
      boolean back = format.round(value) == code && format.roundSaturating(value) == code;
      assertThat(exact && back && format.isFinite(code)).as("%s %x", format, code).isTrue();
      assertThat(format.isSubnormal(code)).isEqualTo(value != 0 && value < format.smallestNormal());
      long negative = code | oracle.signBit();
      if (code != 0 || oracle.hasNegativeZero()) {
        assertThat(Double.compare(format.decode(negative), -value)).isZero();
        assertThat(format.round(-value)).isEqualTo(negative);
        assertThat(format.isNegative(negative)).isTrue();
        assertThat(format.isSubnormal(negative)).isEqualTo(format.isSubnormal(code));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = FloatFormat.class,
      names = {"F64", "F32"},
      mode = EnumSource.Mode.EXCLUDE)
  void classifiesEveryCodeAsItDecodes(FloatFormat format) {
    int nans = 0;
    int infinities = 0;
    for (long code = 0; code < format.codes(); code++) {
      double value = format.decode(code);
      assertThat(format.isNaN(code)).isEqualTo(Double.isNaN(value));
      assertThat(format.isInfinite(code)).isEqualTo(Double.isInfinite(value));
      assertThat(format.isFinite(code)).isEqualTo(Double.isFinite(value));
      nans += format.isNaN(code) ? 1 : 0;
      infinities += format.isInfinite(code) ? 1 : 0;
    }
    assertThat(nans).isEqualTo(expectedNans(format));
    assertThat(infinities).isEqualTo(format.hasInfinity() ? 2 : 0);
    assertThat(format.hasNaN()).isEqualTo(nans > 0);
  }

  private static int expectedNans(FloatFormat format) {
    return switch (format) {
      case F16 -> 2 * 1023;
      case BF16 -> 2 * 127;
      case F8_E5M2 -> 2 * 3;
      case F8_E4M3 -> 2;
      case F8_E4M3FNUZ, F8_E5M2FNUZ, F8_E8M0 -> 1;
      default -> 0;
    };
  }

  @Test
  void scalesAreThePowersOfTwo() {
    for (int code = 0; code < 255; code++) {
      assertThat(FloatFormat.F8_E8M0.decode(code)).isEqualTo(Math.pow(2, code - 127.0));
      assertThat(FloatFormat.F8_E8M0.isSubnormal(code)).isFalse();
    }
  }
}
