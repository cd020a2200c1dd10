package io.ckptaudit.udfs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every scalar function over a column of all 65,536 codes, bit for bit the number room's. */
@Tag("full")
class ScalarFunctionsTest extends SqlTest {

  private static List<Row> overTheTable(Mode mode, String... calls) {
    mode.enter();
    String columns = String.join(", ", calls).replace("@", mode.prefix);
    List<Row> rows = rows("SELECT " + columns + " FROM scalars WHERE i IS NOT NULL ORDER BY i");
    assertThat(rows).hasSize(SqlFixtures.CODES);
    return rows;
  }

  private static void requireRow(List<Row> rows, int index, Object... expected) {
    for (int column = 0; column < expected.length; column++) {
      requireSame(expected[column], rows.get(index).get(column), "column " + column, index);
    }
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void valuesOfEveryCode(Mode mode) {
    List<Row> rows =
        overTheTable(
            mode,
            "@fp16_to_float(code)",
            "@fp16_to_float(i)",
            "@bf16_to_float(code)",
            "@bf16_to_float(i)");
    for (int code = 0; code < SqlFixtures.CODES; code++) {
      float f16 = (float) FloatFormat.F16.decode(code);
      float bf16 = (float) FloatFormat.BF16.decode(code);
      requireRow(rows, code, f16, f16, bf16, bf16);
    }
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void codesOfFloatsAndDoubles(Mode mode) {
    List<Row> rows =
        overTheTable(
            mode,
            "@float_to_fp16(f)",
            "@float_to_bf16(f)",
            "@float_to_fp16(d)",
            "@float_to_bf16(d)");
    for (int i = 0; i < SqlFixtures.CODES; i++) {
      float f = SqlFixtures.floatOf(i);
      double d = SqlFixtures.doubleOf(i);
      requireRow(
          rows,
          i,
          (short) Target.F16.cast(f),
          (short) Target.BF16.cast(f),
          (short) Target.F16.cast(d),
          (short) Target.BF16.cast(d));
    }
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void everyCodeMakesTheRoundTrip(Mode mode) {
    List<Row> rows =
        overTheTable(
            mode, "@float_to_fp16(@fp16_to_float(code))", "@float_to_bf16(@bf16_to_float(code))");
    for (int code = 0; code < SqlFixtures.CODES; code++) {
      short f16 = FloatFormat.F16.isNaN(code) ? 0x7E00 : (short) code;
      short bf16 = FloatFormat.BF16.isNaN(code) ? 0x7FC0 : (short) code;
      requireRow(rows, code, f16, bf16);
    }
  }

  @ParameterizedTest
  @EnumSource(Target.class)
  void castsToEveryTarget(Target target) {
    Mode mode = Mode.values()[target.ordinal() % Mode.values().length];
    String name = "'" + target.name().toLowerCase(Locale.ROOT) + "'";
    List<Row> rows =
        overTheTable(
            mode,
            "@round_to(d, " + name + ")",
            "@overflows(d, " + name + ")",
            "@ulp(d, " + name + ")",
            "@round_to(f, '" + target + "')");
    for (int i = 0; i < SqlFixtures.CODES; i++) {
      double d = SqlFixtures.doubleOf(i);
      float f = SqlFixtures.floatOf(i);
      double spacing = target.format().spacing(d);
      requireRow(
          rows,
          i,
          rounded(target, d),
          target.overflows(d),
          Double.isNaN(spacing) ? Double.NaN : spacing,
          rounded(target, f));
    }
  }

  private static double rounded(Target target, double value) {
    return target.format().decode(target.cast(value));
  }

  @ParameterizedTest
  @EnumSource(FloatFormat.class)
  void spacingOfEveryFormat(FloatFormat format) {
    Row row = row("SELECT ulp(3D, '" + format + "'), ckpt.ulp(0D, '" + format + "')");
    assertThat(row.getDouble(0)).isEqualTo(format.spacing(3));
    assertThat(row.getDouble(1)).isEqualTo(format.spacing(0));
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void nullGivesNull(Mode mode) {
    mode.enter();
    String columns =
        "@fp16_to_float(code), @fp16_to_float(i), @bf16_to_float(code), @float_to_fp16(f),"
            + " @float_to_bf16(d), @ulp(d, 'F16'), @round_to(f, 'BF16'), @overflows(d, 'F16'),"
            + " @ulp(1D, string(i)), @round_to(1D, string(i)), @overflows(1D, string(i))";
    Row row = row("SELECT " + columns.replace("@", mode.prefix) + " FROM scalars WHERE i IS NULL");
    for (int column = 0; column < row.size(); column++) {
      assertThat(row.isNullAt(column)).as("column %s", column).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void literalsAreFolded(Mode mode) {
    mode.enter();
    String columns =
        "@fp16_to_float(15360S), @fp16_to_float(-16384), @fp16_to_float(65535),"
            + " @bf16_to_float(32768), @float_to_fp16(65520), @float_to_fp16(1.5),"
            + " @float_to_bf16(1.003906250000909494701772928237915D), @float_to_bf16(FLOAT('NaN')),"
            + " @round_to(500, 'F8_E4M3'), @round_to(500, 'F8_E4M3_SAT'), @round_to(1e300D,"
            + " 'F8_E5M2'), @overflows(465, 'F8_E4M3'), @overflows(464, 'F8_E4M3'), @ulp(1, 'F16'),"
            + " @ulp(NULL, 'F16'), @fp16_to_float(NULL), @float_to_fp16(NULL), @round_to(1, NULL)";
    Row row = row("SELECT " + columns.replace("@", mode.prefix));
    assertThat(row.toSeq().mkString(" "))
        .isEqualTo(
            "1.0 -2.0 NaN -0.0 31744 15872 16257 32704 NaN 448.0 Infinity true false 9.765625E-4"
                + " null null null null");
  }

  @Test
  void aDoubleIsRoundedOnceAndAFloatAlreadyWas() {
    Row row =
        row(
            "SELECT float_to_bf16(d), float_to_bf16(FLOAT(d)), round_to(d, 'BF16'),"
                + " round_to(61440 - pow(2, -30), 'F8_E5M2')"
                + " FROM (SELECT 1 + pow(2, -8) + pow(2, -40) AS d)");
    assertThat(row.getShort(0)).isEqualTo((short) 0x3F81);
    assertThat(row.getShort(1)).isEqualTo((short) 0x3F80);
    assertThat(row.getDouble(2)).isEqualTo(1.0078125);
    assertThat(row.getDouble(3)).isEqualTo(57344);
  }

  @Test
  void functionsWorkWhereverExpressionsDo() {
    assertThat(
            row("SELECT count(*), count(DISTINCT bf16_to_float(code)) FROM scalars WHERE"
                    + " overflows(bf16_to_float(code), 'F16') AND ckpt.bf16_to_float(i) > 0")
                .getLong(0))
        .isEqualTo(row("SELECT count(*) FROM scalars WHERE i BETWEEN 18304 AND 32639").getLong(0));
    assertThat(
            row("SELECT transform(array(1, 15360), c -> fp16_to_float(c)), transform(array(15360),"
                    + " c -> ckpt.fp16_to_float(c))")
                .toSeq()
                .mkString(" "))
        .isEqualTo("ArraySeq(5.9604645E-8, 1.0) ArraySeq(1.0)");
  }
}
