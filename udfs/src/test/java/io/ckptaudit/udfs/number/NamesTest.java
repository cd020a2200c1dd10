package io.ckptaudit.udfs.number;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How dtypes and targets are named, and what an unknown name is told. */
class NamesTest {

  @ParameterizedTest
  @EnumSource(Target.class)
  void targetsAreFoundInAnyCase(Target target) {
    assertThat(Target.named(target.name())).isSameAs(target);
    assertThat(Target.named(target.name().toLowerCase(Locale.ROOT))).isSameAs(target);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "FP16", "F16 ", "F8_E8M0", "float16"})
  void unknownTargetsAreToldTheKnownOnes(String name) {
    assertThatThrownBy(() -> Target.named(name))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Unknown target '%s': no cast has this name; use one of F32, F16, BF16, F8_E4M3,"
                + " F8_E5M2, F8_E4M3_SAT, F8_E5M2_SAT",
            name);
  }

  @Test
  void saturatingTargetsShareTheFormatAndTheOverflow() {
    assertThat(Target.F8_E4M3_SAT.format()).isSameAs(FloatFormat.F8_E4M3);
    assertThat(Target.F8_E5M2_SAT.format()).isSameAs(FloatFormat.F8_E5M2);
    for (Target target : Target.values()) {
      assertThat(target.isSaturating()).isEqualTo(target.name().endsWith("_SAT"));
      assertThat(target.overflows(Double.POSITIVE_INFINITY)).isFalse();
      assertThat(target.overflows(Double.NaN)).isFalse();
    }
    assertThat(Target.F8_E4M3_SAT.cast(Double.NEGATIVE_INFINITY)).isEqualTo(0xFE);
    assertThat(Target.F8_E5M2_SAT.cast(Double.POSITIVE_INFINITY)).isEqualTo(0x7B);
    assertThat(Target.F8_E5M2_SAT.cast(-1e300)).isEqualTo(0xFB);
    assertThat(Target.F8_E4M3_SAT.cast(Double.NaN)).isEqualTo(0x7F);
    assertThat(Target.F8_E5M2_SAT.cast(Double.NaN)).isEqualTo(0x7E);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void dtypesAreFoundByTheirExactName(DType dtype) {
    assertThat(DType.named(dtype.name())).contains(dtype);
    assertThat(DType.named(dtype.name().toLowerCase(Locale.ROOT))).isEmpty();
    assertThat(DType.named(dtype.name() + " ")).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void onlyFloatingDtypesHaveAFormat(DType dtype) {
    if (dtype.isFloating()) {
      assertThat(dtype.format().name()).isEqualTo(dtype.name());
      assertThat(dtype.format().bits()).isEqualTo(dtype.bits());
      assertThat(dtype.isCountedByCode()).isEqualTo(dtype.bits() <= 16);
    } else {
      assertThat(dtype.isCountedByCode()).isFalse();
      assertThatThrownBy(dtype::format)
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "Cannot decode %s as floating point: its elements are of kind %s; ask isFloating()"
                  + " first",
              dtype, dtype.kind());
    }
  }

  @Test
  void dtypesOfSafetensors() {
    assertThat(DType.values()).hasSize(22);
    assertThat(DType.named("")).isEmpty();
    assertThat(DType.named("F8_E4M3FN")).isEmpty();
    assertThat(DType.C64.bits()).isEqualTo(64);
    assertThat(DType.BOOL.bits()).isEqualTo(8);
  }
}
