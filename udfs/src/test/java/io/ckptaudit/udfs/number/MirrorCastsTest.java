package io.ckptaudit.udfs.number;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What docs/numbers.md says of casts between the two 16-bit formats, over all their codes. */
class MirrorCastsTest {

  @Test
  void bf16ToF16IsExactFromTwoToTheMinus17To65280() {
    int finite = 0;
    for (int code = 0; code < 65536; code++) {
      double value = FloatFormat.BF16.decode(code);
      double magnitude = Math.abs(value);
      if (!Double.isFinite(value)) {
        continue;
      }
      finite++;
      double cast = FloatFormat.F16.decode(FloatFormat.F16.round(value));
      if (magnitude >= 0x1p-17 && magnitude <= 65280 || magnitude == 0) {
        assertThat(cast).isEqualTo(value);
      } else if (magnitude > 65280) {
        assertThat(magnitude).isGreaterThanOrEqualTo(65536);
        assertThat(cast).isInfinite();
      } else {
        assertThat(cast == 0).as("%s", value).isEqualTo(magnitude <= 0x1p-25);
      }
    }
    assertThat(finite).isEqualTo(65280);
  }

  @Test
  void f16ToBf16KeepsOneNormalInEight() {
    int exact = 0;
    int exactNormals = 0;
    int normals = 0;
    double worst = 0;
    for (int code = 0; code < 0x7C00; code++) {
      double value = FloatFormat.F16.decode(code);
      double cast = FloatFormat.BF16.decode(FloatFormat.BF16.round(value));
      boolean normal = value >= FloatFormat.F16.smallestNormal();
      normals += normal ? 1 : 0;
      exact += cast == value ? 1 : 0;
      exactNormals += normal && cast == value ? 1 : 0;
      worst = value == 0 ? worst : Math.max(worst, Math.abs(cast - value) / value);
      boolean back = Double.isFinite(FloatFormat.F16.decode(FloatFormat.F16.round(cast)));
      assertThat(back).as("%s", value).isEqualTo(value < 65408);
    }
    assertThat(exactNormals * 8).isEqualTo(normals);
    assertThat(2 * exact).isEqualTo(8704);
    assertThat(worst).isEqualTo(1 / 257.0);
  }
}
