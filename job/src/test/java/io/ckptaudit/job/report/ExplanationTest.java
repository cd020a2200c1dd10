package io.ckptaudit.job.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.ckptaudit.udfs.number.FloatFormat;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be typed, what is refused with which sentence, and the JSON form. */
class ExplanationTest {

  @ParameterizedTest
  @CsvSource({
    "1.0039062500000000000000000000000000001, BF16, 0x3F81, rounded",
    "1.00390625, BF16, 0x3F80, rounded",
    "65519.99999999999999999999999999, F16, 0x7BFF, rounded",
    "65520, F16, 0x7C00, overflow",
    "464, F8_E4M3, 0x7E, rounded",
    "464.00000000000000000000000000001, F8_E4M3, 0x7F, overflow",
    "464.00000000000000000000000000001, F8_E4M3_SAT, 0x7E, overflow",
    "2^-25, F16, 0x0000, underflow",
    "0.50000000000000000000000000000001*2^-24, F16, 0x0001, subnormal",
    "-2^-24, F16, 0x8001, subnormal",
    "1e-800, F32, 0x00000000, underflow",
    "-1E+800, F32, 0xFF800000, overflow",
    "2047*2^5, F16, 0x7BFF, exact",
    "2047×2^5, F16, 0x7BFF, exact",
    "2047x2^+5, F16, 0x7BFF, exact",
    "+.5, F4, 0x1, subnormal",
    "5., F4, 0x6, rounded",
    "-0.0e7, F16, 0x8000, exact",
    "-0, F8_E4M3FNUZ, 0x00, exact",
    "Infinity, F8_E5M2_SAT, 0x7B, saturated",
    "NaN, F16, 0x7E00, nan"
  })
  void castsWhatIsTypedOnce(String typed, String target, String code, String result)
      throws IOException {
    JsonNode cast = cast(json(typed, Optional.empty()), target);
    assertThat(cast.get("code").textValue()).isEqualTo(code);
    assertThat(cast.get("result").textValue()).isEqualTo(result);
  }

  /** Decimals a hair beside each midpoint, far below what a double can tell. */
  @ParameterizedTest
  @EnumSource(
      value = FloatFormat.class,
      names = {"F8_E4M3", "F8_E5M2", "F8_E4M3FNUZ", "F8_E5M2FNUZ", "F6_E3M2", "F6_E2M3", "F4"})
  void decimalsBesideMidpointsRoundToTheNearerSide(FloatFormat format) {
    for (long code = 0; code < format.maxFiniteCode(); code++) {
      BigDecimal middle =
          new BigDecimal(format.decode(code))
              .add(new BigDecimal(format.decode(code + 1)))
              .divide(BigDecimal.valueOf(2));
      BigDecimal hair = new BigDecimal("1e-60");
      assertThat(castCode(format, middle.subtract(hair))).isEqualTo(code);
      assertThat(castCode(format, middle)).isEqualTo(code % 2 == 0 ? code : code + 1);
      assertThat(castCode(format, middle.add(hair))).isEqualTo(code + 1);
    }
  }

  private static long castCode(FloatFormat format, BigDecimal value) {
    return CastResult.of(format, ExactNumber.parse(value.toString())).code().getAsLong();
  }

  @ParameterizedTest
  @EnumSource(FloatFormat.class)
  void neighboursOfEveryCodeAreTheNextValues(FloatFormat format) {
    if (format.bits() > 16) {
      return;
    }
    for (long code = 0; code < format.codes(); code++) {
      CodeReading reading = new CodeReading(format, code);
      double value = reading.value();
      double above = Double.POSITIVE_INFINITY;
      double below = Double.NEGATIVE_INFINITY;
      for (long other = code - 2; other <= code + 2; other++) {
        double candidate = other < 0 || other >= format.codes() ? value : format.decode(other);
        above = candidate > value ? Math.min(above, candidate) : above;
        below = candidate < value ? Math.max(below, candidate) : below;
      }
      if (value != 0 && Double.isFinite(value) && format.isFinite(code)) {
        assertNeighbour(format, code, reading.above().orElse(Double.POSITIVE_INFINITY), above);
        assertNeighbour(format, code, reading.below().orElse(Double.NEGATIVE_INFINITY), below);
      }
    }
  }

  /** FNUZ has NaN where the others have −0, so the neighbour there is found at code 0. */
  private static void assertNeighbour(FloatFormat format, long code, double actual, double found) {
    boolean besideNaN =
        format.isSigned() && !format.hasNegativeZero() && format.magnitude(code) == 1;
    if (!(besideNaN && actual == 0)) {
      assertThat(actual).as("%s %x", format, code).isEqualTo(found);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F16, 0x0000, -5.960464477539063E-8, 5.960464477539063E-8",
    "F16, 0x8001, -1.1920928955078125E-7, -0.0",
    "F16, 0x7BFF, 65472, Infinity",
    "F16, 0xFC00, null, -65504",
    "F8_E4M3, 0x7E, 416, null",
    "F8_E4M3FNUZ, 0x81, -0.001953125, 0",
    "F8_E8M0, 0x00, null, 1.1754943508222875E-38",
    "F8_E8M0, 0xFE, 8.507059173023462E37, null",
    "F16, 0x7E00, null, null"
  })
  void neighbours(String format, String code, String below, String above) throws IOException {
    JsonNode reading = json(code, Optional.of(format)).get(0);
    assertThat(number(reading.get("below"))).isEqualTo(number(below));
    assertThat(number(reading.get("above"))).isEqualTo(number(above));
  }

  private static Double number(JsonNode node) {
    return node.isNull() ? null : number(node.asText());
  }

  private static Double number(String text) {
    return text.equals("null") ? null : Double.valueOf(text);
  }

  @Test
  void jsonHasFieldsValueNeighboursAndErrors() throws IOException {
    JsonNode reading = json("-4.2617e-06", Optional.of("BF16")).get(0);
    assertThat(reading.get("code").textValue()).isEqualTo("0xB68F");
    assertThat(reading.get("sign").textValue()).isEqualTo("1");
    assertThat(reading.get("exponent").textValue()).isEqualTo("01101101");
    assertThat(reading.get("fraction").textValue()).isEqualTo("0001111");
    assertThat(reading.get("value").doubleValue()).isEqualTo(-143 * 0x1p-25);
    assertThat(reading.get("exact_value").textValue()).isEqualTo("-4.2617321014404296875e-06");
    assertThat(reading.get("exact_power").textValue()).isEqualTo("-143*2^-25");
    assertThat(reading.get("spacing").doubleValue()).isEqualTo(0x1p-25);
    assertThat(reading.get("typed").get("result").textValue()).isEqualTo("rounded");
    JsonNode half = cast(json("-4.2617e-06", Optional.of("BF16")), "F16");
    assertThat(half.get("value").doubleValue()).isEqualTo(-72 * 0x1p-24);
    assertThat(half.get("error").doubleValue()).isEqualTo(-0x1p-25);
    assertThat(half.get("relative").doubleValue()).isEqualTo(1 / 143.0);
    assertThat(half.get("ulps").doubleValue()).isEqualTo(0.5);
  }

  @Test
  void jsonOfWhatIsNotFinite() throws IOException {
    JsonNode reading = json("1e400", Optional.empty()).get(0);
    assertThat(reading.get("value").textValue()).isEqualTo("Infinity");
    assertThat(reading.get("spacing").isNull()).isTrue();
    assertThat(reading.get("typed").get("result").textValue()).isEqualTo("overflow");
    JsonNode none = cast(json("nan", Optional.empty()), "F4");
    assertThat(none.get("result").textValue()).isEqualTo("no_code");
    assertThat(none.get("code").isNull()).isTrue();
    assertThat(none.get("value").isNull()).isTrue();
    assertThat(json("0x3F80", Optional.empty())).hasSize(2);
    assertThat(json("0b0_01111_0000000000", Optional.of("F16")).get(0).get("value").doubleValue())
        .isEqualTo(1);
  }

  @Test
  void everyLineFitsEightyColumns() {
    SplittableRandom random = new SplittableRandom(80);
    for (int i = 0; i < 100; i++) {
      double value = Double.longBitsToDouble(random.nextLong());
      String digits = Long.toString(random.nextLong());
      assertFits(Double.toString(value));
      assertFits(digits + "." + random.nextLong(1L << 60) + "e" + random.nextInt(-880, 880));
      assertFits("-" + random.nextInt(1 << 20) + "*2^" + random.nextInt(-2900, 2900));
      assertFits(String.format(Locale.ROOT, "0x%04x", random.nextInt(1 << 16)));
      assertFits(String.format(Locale.ROOT, "0x%08x", random.nextInt()));
      assertFits(String.format(Locale.ROOT, "0x%016x", random.nextLong()));
    }
    assertFits("9".repeat(900));
    assertFits("0." + "0".repeat(890) + "1");
  }

  private static void assertFits(String typed) {
    for (Optional<String> format : List.of(Optional.<String>empty(), Optional.of("F32"))) {
      if (format.isEmpty() || !typed.startsWith("0x") || typed.length() <= 10) {
        String text = Explanation.of(typed, format).text();
        assertThat(text.lines()).as(typed).allMatch(line -> line.length() <= 80);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", "abc", "1e", "1..2", "1,5", "--1", "0x", "0b2", "1*", "*2^3", "2^", "2^1.5", "1e5*",
        "e5", "12^3", "0x1p-3", "1 2"
      })
  void unreadable(String typed) {
    assertThatThrownBy(() -> Explanation.of(typed, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot explain VALUE '%s': it is neither a number nor a code; give a decimal as 1e-8, a"
                + " power as 2^-24, a code as 0x3C00 or 0b0011110000000000, or one of nan, inf,"
                + " -inf, -0",
            typed);
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e901", "-1e-901", "1e99999999999", "2^3001", "2^-99999999999999"})
  void beyondReach(String typed) {
    assertThatThrownBy(() -> Explanation.of(typed, Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Cannot explain VALUE '%s': its magnitude is beyond 1e-900 to 1e+900; give one nearer to"
                + " the formats, which end at 4.9e-324 and 1.8e+308",
            typed);
  }

  @Test
  void refusals() {
    assertRefused(
        "0x123",
        null,
        "Cannot explain VALUE '0x123': no format has codes of 12 bits; give 4, 6, 8, 16, 32 or 64 of"
            + " them, or name the format by --as");
    assertRefused(
        "0x12345",
        "F16",
        "Cannot explain VALUE '0x12345' as F16: its codes have 16 bits and this one 17; give a"
            + " shorter code or another --as");
    assertRefused(
        "1",
        "fp16",
        "Unknown format 'fp16' in --as: no format has this name; use one of F64, F32, F16, BF16,"
            + " F8_E4M3, F8_E5M2, F8_E4M3FNUZ, F8_E5M2FNUZ, F8_E8M0, F6_E3M2, F6_E2M3, F4");
    assertRefused(
        "0.1",
        "F8_E8M0",
        "Cannot explain VALUE '0.1' as F8_E8M0: its values are block scales and no number is rounded"
            + " to them alone; give a code as 0x7F");
    assertRefused(
        "nan",
        "F4",
        "Cannot explain VALUE 'nan' as F4: the format has no NaN; give a number, or name a format"
            + " with NaN by --as");
  }

  private static void assertRefused(String typed, String format, String message) {
    assertThatThrownBy(() -> Explanation.of(typed, Optional.ofNullable(format)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(message);
  }

  private static JsonNode json(String typed, Optional<String> format) throws IOException {
    return new ObjectMapper().readTree(Explanation.of(typed, format).json());
  }

  private static JsonNode cast(JsonNode readings, String target) {
    return StreamSupport.stream(readings.get(0).get("casts").spliterator(), false)
        .filter(cast -> cast.get("target").textValue().equals(target))
        .findFirst()
        .orElseThrow();
  }
}
