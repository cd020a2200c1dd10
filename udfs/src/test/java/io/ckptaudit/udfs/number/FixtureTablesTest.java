package io.ckptaudit.udfs.number;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Casts equal ml_dtypes and numpy bit for bit on every input that is not NaN. */
class FixtureTablesTest {

  @ParameterizedTest
  @CsvSource({
    "F16, F16", "F16, BF16", "F16, F8_E4M3", "F16, F8_E5M2",
    "BF16, F16", "BF16, BF16", "BF16, F8_E4M3", "BF16, F8_E5M2"
  })
  void everyCodeOfSixteenBits(FloatFormat source, Target target) {
    long[] expected =
        FixtureTables.codes(source + "-to-" + target + ".le.bin", target.format().bits());
    assertThat(expected).hasSize(65536);
    long[] sources = new long[65536];
    for (int code = 0; code < 65536; code++) {
      sources[code] = code;
    }
    assertCasts(source, sources, target, expected);
  }

  @ParameterizedTest
  @EnumSource(
      value = Target.class,
      names = {"F16", "BF16", "F8_E4M3", "F8_E5M2"})
  void samplesOfF32(Target target) {
    long[] sources = FixtureTables.codes("samples-F32.le.bin", 32);
    long[] expected = FixtureTables.codes("samples-" + target + ".le.bin", target.format().bits());
    assertThat(sources).hasSize(94212);
    assertThat(expected).hasSize(94212);
    assertCasts(FloatFormat.F32, sources, target, expected);
  }

  private static void assertCasts(
      FloatFormat source, long[] sources, Target target, long[] expected) {
    FloatFormat format = target.format();
    for (int i = 0; i < sources.length; i++) {
      double value = source.decode(sources[i]);
      long code = target.cast(value);
      if (Double.isNaN(value)) {
        assertThat(format.isNaN(expected[i])).as("row %d is NaN in the table", i).isTrue();
        assertThat(code)
            .as("NaN of row %d", i)
            .isEqualTo(ExactFormat.valueOf(target.name()).round(value));
      } else if (code != expected[i]) {
        assertThat(Long.toHexString(code))
            .as("%s %x = %s to %s", source, sources[i], value, target)
            .isEqualTo(Long.toHexString(expected[i]));
      }
    }
  }
}
