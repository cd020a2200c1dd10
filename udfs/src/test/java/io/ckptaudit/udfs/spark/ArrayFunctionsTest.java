package io.ckptaudit.udfs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The array forms, bit for bit the number room's and so those of the scalars: over arrays of all
 * codes, of 100,000 elements with nulls, of one element and of none.
 */
@Tag("full")
class ArrayFunctionsTest extends SqlTest {

  /** Results by form; {@link #expected} knows them by their place. */
  private static final String FORMS =
      "@fp16_to_float(codes), @bf16_to_float(ints), @float_to_fp16(fs), @float_to_bf16(ds),"
          + " @bf16_to_float(codes), @fp16_to_float(ints), @float_to_bf16(fs), @float_to_fp16(ds)";

  private static final int FORMS_COUNT = 8;

  private static Object expected(int form, int element) {
    int i = element % SqlFixtures.CODES;
    return switch (form) {
      case 0, 5 -> (float) FloatFormat.F16.decode(i);
      case 1, 4 -> (float) FloatFormat.BF16.decode(i);
      case 2 -> (short) Target.F16.cast(SqlFixtures.floatOf(i));
      case 3 -> (short) Target.BF16.cast(SqlFixtures.doubleOf(i));
      case 6 -> (short) Target.BF16.cast(SqlFixtures.floatOf(i));
      default -> (short) Target.F16.cast(SqlFixtures.doubleOf(i));
    };
  }

  private static void check(Mode mode, String table) {
    mode.enter();
    String columns = FORMS.replace("@", mode.prefix);
    for (Row row : rows("SELECT kind, ifnull(size(codes), 0), " + columns + " FROM " + table)) {
      for (int form = 0; form < FORMS_COUNT; form++) {
        check(row.getString(0), row.getInt(1), form, row.getList(2 + form));
      }
    }
  }

  private static void check(String kind, int size, int form, List<Object> array) {
    if (kind.equals("null")) {
      assertThat(array).isNull();
      return;
    }
    assertThat(array).as("form %s of %s", form, kind).hasSize(size);
    int everyNull = SqlFixtures.KINDS.get(kind);
    for (int i = 0; i < size; i++) {
      boolean hole = everyNull > 0 && i % everyNull == 0;
      requireSame(hole ? null : expected(form, i), array.get(i), "form " + form, i);
    }
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void convertEveryElementOfParquet(Mode mode) {
    check(mode, "arrays");
  }

  /** Behind a shuffle, arrays are of another class than those the Parquet reader gives. */
  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"CALL_COMPILED", "CATALOG_INTERPRETED"})
  void convertEveryElementBehindAShuffle(Mode mode) {
    check(mode, "(SELECT * FROM arrays DISTRIBUTE BY kind)");
  }

  /** And so are those of a row-by-row reader, and those that other expressions make. */
  @Test
  void convertEveryElementWhateverMadeTheArray() {
    session().conf().set("spark.sql.parquet.enableVectorizedReader", "false");
    check(Mode.CALL_COMPILED, "arrays");
    session().conf().unset("spark.sql.parquet.enableVectorizedReader");
    check(
        Mode.CALL_COMPILED,
        "(SELECT kind, filter(codes, x -> true) codes, reverse(reverse(ints)) ints, transform(fs,"
            + " x -> x) fs, slice(ds, 1, 200000) ds FROM arrays)");
  }

  @Test
  void equalTheScalars() {
    Row row =
        row(
            "SELECT fp16_to_float(codes) = transform(codes, x -> fp16_to_float(x)),"
                + " float_to_bf16(ds) = transform(ds, x -> float_to_bf16(x)), float_to_fp16(fs) ="
                + " transform(fs, x -> ckpt.float_to_fp16(x)) FROM arrays WHERE kind = 'all'");
    assertThat(row.toSeq().mkString(" ")).isEqualTo("true true true");
  }

  @Test
  void resultsAreOfTheDeclaredTypes() {
    assertThat(
            session()
                .sql(
                    "SELECT fp16_to_float(codes) a, bf16_to_float(ints) b, float_to_fp16(fs) c,"
                        + " ckpt.float_to_bf16(ds) d, fp16_to_float(array(1S)) e FROM arrays")
                .schema()
                .toDDL())
        .isEqualTo(
            "a ARRAY<FLOAT>,b ARRAY<FLOAT>,c ARRAY<SMALLINT>,d ARRAY<SMALLINT>,e ARRAY<FLOAT>");
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void literalsAreFolded(Mode mode) {
    mode.enter();
    String columns =
        "@fp16_to_float(array(15360, NULL, 64512)), @bf16_to_float(array(-32768S)),"
            + " @float_to_fp16(array(1.5, 2)), @float_to_bf16(array(FLOAT(1), NULL)),"
            + " @fp16_to_float(array()), @float_to_fp16(array(NULL)),"
            + " @float_to_fp16(CAST(NULL AS ARRAY<FLOAT>))";
    assertThat(row("SELECT " + columns.replace("@", mode.prefix)).toSeq().mkString(" "))
        .isEqualTo(
            "ArraySeq(1.0, null, -Infinity) ArraySeq(-0.0) ArraySeq(15872, 16384)"
                + " ArraySeq(16256, null) ArraySeq() ArraySeq(null) null");
  }

  /** Null slots hold zero bits, so that equal arrays are equal rows to DISTINCT and GROUP BY. */
  @Test
  void arraysWithNullsAreGroupedByTheirElements() {
    String query =
        "SELECT count(DISTINCT float_to_fp16(fs)) FROM (SELECT array(1F, IF(id > 5, NULL,"
            + " FLOAT(NULL))) fs FROM range(10) UNION ALL SELECT array(1F, NULL))";
    assertThat(row(query).getLong(0)).isEqualTo(1);
  }
}
