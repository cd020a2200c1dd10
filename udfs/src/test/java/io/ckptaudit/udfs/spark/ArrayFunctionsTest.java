package io.ckptaudit.udfs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The array forms against the scalar forms, bit for bit, which are themselves held to the number
 * room: over arrays of all codes, of 100,000 elements, with nulls, of one element and of none.
 */
class ArrayFunctionsTest extends SqlTest {

  private static final String[][] FORMS = {
    {"fp16_to_float", "codes"},
    {"bf16_to_float", "codes"},
    {"fp16_to_float", "ints"},
    {"bf16_to_float", "ints"},
    {"float_to_fp16", "fs"},
    {"float_to_bf16", "fs"},
    {"float_to_fp16", "ds"},
    {"float_to_bf16", "ds"}
  };

  private static void equalsTheScalarForm(Mode mode, String table) {
    mode.enter();
    for (String[] form : FORMS) {
      String call = mode.prefix + form[0];
      List<Row> rows =
          rows(
              "SELECT kind, %s(%s), transform(%s, x -> %s(x)) FROM %s"
                  .formatted(call, form[1], form[1], call, table));
      assertThat(rows).hasSize(7);
      for (Row row : rows) {
        same(call + " of " + row.getString(0), row);
      }
    }
  }

  private static void same(String what, Row row) {
    assertThat(row.isNullAt(1)).as(what).isEqualTo(row.getString(0).equals("null"));
    if (row.isNullAt(1)) {
      return;
    }
    List<Object> array = row.getList(1);
    List<Object> scalars = row.getList(2);
    assertThat(array).as(what).hasSameSizeAs(scalars);
    for (int i = 0; i < array.size(); i++) {
      requireSame(scalars.get(i), array.get(i), what, i);
    }
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void equalTheScalarsOverParquet(Mode mode) {
    equalsTheScalarForm(mode, "arrays");
  }

  /** Behind a shuffle, arrays are of another class than those the Parquet reader gives. */
  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"CALL_COMPILED", "CATALOG_INTERPRETED"})
  void equalTheScalarsBehindAShuffle(Mode mode) {
    equalsTheScalarForm(mode, "(SELECT * FROM arrays DISTRIBUTE BY kind)");
  }

  /** And so are those of a row-by-row reader, and those that other expressions make. */
  @Test
  void equalTheScalarsWhateverMadeTheArray() {
    session().conf().set("spark.sql.parquet.enableVectorizedReader", "false");
    equalsTheScalarForm(Mode.CALL_COMPILED, "arrays");
    session().conf().unset("spark.sql.parquet.enableVectorizedReader");
    equalsTheScalarForm(
        Mode.CALL_COMPILED,
        "(SELECT kind, filter(codes, x -> true) codes, reverse(ints) ints, transform(fs, x -> -x)"
            + " fs, slice(ds, 2, 9) ds FROM arrays)");
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
