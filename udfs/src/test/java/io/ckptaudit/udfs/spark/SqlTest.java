package io.ckptaudit.udfs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.udfs.arrow.ArrowMemory;
import java.util.List;
import java.util.Objects;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;

/** Queries in the shared session; every test gives all its Arrow memory back. */
abstract class SqlTest {

  /** How a function is reached, and how the query runs. */
  enum Mode {
    CALL_COMPILED("", true, "CODEGEN_ONLY"),
    CATALOG_COMPILED("ckpt.", true, "CODEGEN_ONLY"),
    CALL_WITHOUT_STAGES("", false, "CODEGEN_ONLY"),
    CALL_INTERPRETED("", false, "NO_CODEGEN"),
    CATALOG_INTERPRETED("ckpt.", false, "NO_CODEGEN");

    /** What precedes the name of a function. */
    final String prefix;

    private final boolean wholeStage;
    private final String factory;

    Mode(String prefix, boolean wholeStage, String factory) {
      this.prefix = prefix;
      this.wholeStage = wholeStage;
      this.factory = factory;
    }

    void enter() {
      session().conf().set("spark.sql.codegen.wholeStage", wholeStage);
      session().conf().set("spark.sql.codegen.factoryMode", factory);
    }
  }

  @AfterEach
  void leavesNothingBehind() {
    session().conf().unset("spark.sql.codegen.wholeStage");
    session().conf().unset("spark.sql.codegen.factoryMode");
    assertThat(ArrowMemory.allocatedBytes()).isZero();
  }

  static SparkSession session() {
    return SqlFixtures.session();
  }

  static List<Row> rows(String query) {
    return session().sql(query).collectAsList();
  }

  /** The only row of a query. */
  static Row row(String query) {
    List<Row> rows = rows(query);
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }

  /** Fails unless both have the same bits. Cheap enough for millions of values. */
  static void requireSame(Object expected, Object actual, String what, int index) {
    if (!Objects.equals(bits(expected), bits(actual))) {
      throw new AssertionError(
          "%s, index %s: expected %s but was %s (seed %s)"
              .formatted(what, index, expected, actual, SqlFixtures.SEED));
    }
  }

  /** Bits that tell −0 from 0 and one NaN from another. */
  private static Object bits(Object value) {
    if (value instanceof Float number) {
      return Float.floatToRawIntBits(number);
    }
    return value instanceof Double number ? (Object) Double.doubleToRawLongBits(number) : value;
  }
}
