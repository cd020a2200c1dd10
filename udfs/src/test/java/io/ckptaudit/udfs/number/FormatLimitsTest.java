package io.ckptaudit.udfs.number;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.Iterator;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Spacing, the figures of torch.finfo, and where each format overflows. */
class FormatLimitsTest {

  @ParameterizedTest
  @EnumSource(ExactFormat.class)
  void spacingIsTheDistanceToTheNextValue(ExactFormat oracle) {
    FloatFormat format = oracle.format();
    SplittableRandom random = new SplittableRandom(11);
    boolean all = format.bits() <= 16;
    long steps = all ? oracle.maxFiniteCode() : 20_000;
    for (long i = 0; i < steps; i++) {
      long code = all ? i : random.nextLong(oracle.maxFiniteCode());
      double value = format.decode(code);
      double next = oracle.magnitude(code + 1).subtract(oracle.magnitude(code)).doubleValue();
      assertThat(format.spacing(value)).as("%s %x", format, code).isEqualTo(next);
      assertThat(format.spacing(-value)).isEqualTo(next);
    }
    double last = format.maxFinite() - format.decode(oracle.maxFiniteCode() - 1);
    assertThat(format.spacing(format.maxFinite())).isEqualTo(last);
  }

  @Test
  void spacingOfScalesIsTheDistanceToTheNextPower() {
    FloatFormat scale = FloatFormat.F8_E8M0;
    for (int code = 0; code < 254; code++) {
      double next = scale.decode(code + 1) - scale.decode(code);
      assertThat(scale.spacing(scale.decode(code))).isEqualTo(next);
    }
  }

  @Test
  void spacingBetweenCodesAndBeyondThem() {
    assertThat(FloatFormat.F16.spacing(0)).isEqualTo(0x1p-24);
    assertThat(FloatFormat.F16.spacing(1e-300)).isEqualTo(0x1p-24);
    assertThat(FloatFormat.F16.spacing(Double.MIN_VALUE)).isEqualTo(0x1p-24);
    assertThat(FloatFormat.F16.spacing(1.7)).isEqualTo(0x1p-10);
    assertThat(FloatFormat.F16.spacing(65536)).isEqualTo(64);
    assertThat(FloatFormat.F64.spacing(Double.MIN_VALUE)).isEqualTo(Double.MIN_VALUE);
    assertThat(FloatFormat.F64.spacing(Double.MAX_VALUE)).isEqualTo(0x1p971);
    assertThat(FloatFormat.F16.spacing(Double.NaN)).isNaN();
    assertThat(FloatFormat.F16.spacing(Double.NEGATIVE_INFINITY)).isInfinite().isPositive();
  }

  @Test
  void finfoOfTorchFollowsFromTheDefinitions() throws IOException {
    JsonNode finfo = new ObjectMapper().readTree(FixtureTables.bytes("finfo.json"));
    assertThat(finfo).hasSize(6);
    for (Iterator<Map.Entry<String, JsonNode>> it = finfo.fields(); it.hasNext(); ) {
      Map.Entry<String, JsonNode> entry = it.next();
      FloatFormat format = FloatFormat.valueOf(entry.getKey());
      JsonNode torch = entry.getValue();
      TreeSet<String> fields = new TreeSet<>();
      torch.fieldNames().forEachRemaining(fields::add);
      assertThat(fields)
          .containsExactly("bits", "eps", "max", "min", "resolution", "smallest_normal", "tiny");
      assertThat(format.bits()).isEqualTo(torch.get("bits").intValue());
      assertThat(format.epsilon()).isEqualTo(torch.get("eps").doubleValue());
      assertThat(format.maxFinite()).isEqualTo(torch.get("max").doubleValue());
      assertThat(-format.maxFinite()).isEqualTo(torch.get("min").doubleValue());
      assertThat(format.smallestNormal()).isEqualTo(torch.get("tiny").doubleValue());
      assertThat(format.smallestNormal()).isEqualTo(torch.get("smallest_normal").doubleValue());
      assertThat(format.resolution())
          .as("%s", format)
          .isEqualTo(torch.get("resolution").doubleValue());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F64, 11, 52, 1023, 0x1.fffffffffffffp1023, 0x1p-1022, 0x1p-1074, 0x1p-52",
    "F32, 8, 23, 127, 0x1.fffffep127, 0x1p-126, 0x1p-149, 0x1p-23",
    "F16, 5, 10, 15, 65504, 0x1p-14, 0x1p-24, 0x1p-10",
    "BF16, 8, 7, 127, 0x1.fep127, 0x1p-126, 0x1p-133, 0x1p-7",
    "F8_E4M3, 4, 3, 7, 448, 0x1p-6, 0x1p-9, 0x1p-3",
    "F8_E5M2, 5, 2, 15, 57344, 0x1p-14, 0x1p-16, 0x1p-2",
    "F8_E4M3FNUZ, 4, 3, 8, 240, 0x1p-7, 0x1p-10, 0x1p-3",
    "F8_E5M2FNUZ, 5, 2, 16, 57344, 0x1p-15, 0x1p-17, 0x1p-2",
    "F8_E8M0, 8, 0, 127, 0x1p127, 0x1p-127, 0x1p-127, 1",
    "F6_E3M2, 3, 2, 3, 28, 0.25, 0.0625, 0.25",
    "F6_E2M3, 2, 3, 1, 7.5, 1, 0.125, 0.125",
    "F4, 2, 1, 1, 6, 1, 0.5, 0.5"
  })
  void limits(
      FloatFormat format,
      int exponentBits,
      int fractionBits,
      int bias,
      double max,
      double normal,
      double smallest,
      double epsilon) {
    assertThat(format.exponentBits()).isEqualTo(exponentBits);
    assertThat(format.fractionBits()).isEqualTo(fractionBits);
    assertThat(format.bias()).isEqualTo(bias);
    assertThat(format.maxFinite()).isEqualTo(max);
    assertThat(format.smallestNormal()).isEqualTo(normal);
    assertThat(format.smallestPositive()).isEqualTo(smallest);
    assertThat(format.epsilon()).isEqualTo(epsilon);
    assertThat(format.maxExponent()).isEqualTo(Math.getExponent(max));
    assertThat(format.minExponent()).isEqualTo(Math.getExponent(normal));
  }

  @ParameterizedTest
  @CsvSource({
    "F32, 0x1.ffffffp127", "F16, 65520", "BF16, 0x1.ffp127", "F8_E4M3, 0x1.d000000000001p8",
    "F8_E5M2, 61440", "F8_E4M3FNUZ, 248", "F8_E5M2FNUZ, 61440", "F6_E3M2, 30",
    "F6_E2M3, 7.75", "F4, 7"
  })
  void overflowsFromTheThresholdOn(FloatFormat format, double threshold) {
    assertThat(format.overflowThreshold()).isEqualTo(threshold);
    double below = Math.nextDown(threshold);
    assertThat(format.decode(format.round(below))).isEqualTo(format.maxFinite());
    assertThat(format.decode(format.round(-below))).isEqualTo(-format.maxFinite());
    double beyond = format.decode(format.round(threshold));
    Double expected =
        format.hasInfinity()
            ? Double.POSITIVE_INFINITY
            : format.hasNaN() ? Double.NaN : format.maxFinite();
    assertThat(beyond).isEqualTo(expected);
    ExactFormat oracle = ExactFormat.valueOf(format.name());
    assertThat(oracle.overflows(new BigDecimal(threshold))).isTrue();
    assertThat(oracle.overflows(new BigDecimal(below))).isFalse();
  }

  @Test
  void noDoubleOverflowsF64() {
    assertThat(FloatFormat.F64.overflowThreshold()).isInfinite();
  }

  @Test
  void wideFormatsAreNotCountedByCode() {
    assertThatThrownBy(FloatFormat.F32::codes)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Cannot count F32 by code: it has 2^32 codes, and only formats of at most 16 bits are"
                + " counted; use the state of wide sources");
    assertThat(FloatFormat.F16.codes()).isEqualTo(65536);
    assertThat(FloatFormat.F4.codes()).isEqualTo(16);
  }
}
