package io.ckptaudit.udfs.spark;

import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.col;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.analysis.NoSuchFunctionException;
import org.apache.spark.sql.catalyst.analysis.NoSuchNamespaceException;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the functions are found, and what calls that cannot work are told. */
@Tag("full")
class RegistrationTest extends SqlTest {

  private static final String[] NAMES = {
    "fp16_to_float",
    "bf16_to_float",
    "float_to_fp16",
    "float_to_bf16",
    "ulp",
    "round_to",
    "overflows"
  };

  private static final String CODE_IS =
      "it takes a code, SMALLINT or INT, or an array of codes; pass that, or cast to it";
  private static final String NUMBER_IS =
      "it takes a number or an array of numbers; pass that, or cast to it";
  private static final String NAME_IS =
      "it takes a number and the name of a format; pass that, or cast to it";

  private static CheckpointFunctionCatalog catalog() {
    CheckpointFunctionCatalog catalog = new CheckpointFunctionCatalog();
    catalog.initialize("ckpt", CaseInsensitiveStringMap.empty());
    return catalog;
  }

  @Test
  void theCatalogListsAllAndLoadsEach() throws Exception {
    CheckpointFunctionCatalog catalog = catalog();
    assertThat(catalog.name()).isEqualTo("ckpt");
    assertThat(Arrays.stream(catalog.listFunctions(new String[0])).map(Identifier::name))
        .containsExactly(NAMES);
    for (Identifier identifier : catalog.listFunctions(new String[0])) {
      assertThat(catalog.functionExists(identifier)).isTrue();
      assertThat(catalog.loadFunction(identifier).name()).isEqualTo(identifier.name());
      assertThat(catalog.loadFunction(identifier).description())
          .startsWith(identifier.name() + "(");
    }
  }

  @Test
  void theCatalogKnowsNothingElse() {
    CheckpointFunctionCatalog catalog = catalog();
    Identifier unknown = Identifier.of(new String[0], "fp8_to_float");
    Identifier elsewhere = Identifier.of(new String[] {"ns"}, "ulp");
    assertThat(catalog.functionExists(unknown)).isFalse();
    assertThat(catalog.functionExists(elsewhere)).isFalse();
    assertThatThrownBy(() -> catalog.loadFunction(unknown))
        .isInstanceOf(NoSuchFunctionException.class)
        .hasMessageContaining("routine fp8_to_float cannot be found");
    assertThatThrownBy(() -> catalog.loadFunction(elsewhere))
        .isInstanceOf(NoSuchFunctionException.class)
        .hasMessageContaining("ulp");
    assertThatThrownBy(() -> catalog.listFunctions(new String[] {"ns"}))
        .isInstanceOf(NoSuchNamespaceException.class)
        .hasMessageContaining("`ns`");
    assertThatThrownBy(() -> rows("SELECT ckpt.fp8_to_float(1)"))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("Cannot resolve routine `ckpt`.`fp8_to_float`");
  }

  @Test
  void oneCallRegistersAllAndMoreCallsChangeNothing() {
    SparkSession fresh = session().newSession();
    assertThatThrownBy(() -> fresh.sql("SELECT fp16_to_float(1)"))
        .isInstanceOf(AnalysisException.class)
        .hasMessageContaining("`fp16_to_float`");
    CheckpointFunctions.register(fresh);
    CheckpointFunctions.register(fresh);
    assertThat(fresh.sql("SHOW USER FUNCTIONS").collectAsList().stream().map(r -> r.getString(0)))
        .containsExactlyInAnyOrder(NAMES);
    assertThat(fresh.sql("SELECT FP16_to_Float(15360)").first().getFloat(0)).isEqualTo(1);
  }

  @Test
  void otherWaysToCall() {
    assertThat(
            session()
                .table("scalars")
                .where(col("i").equalTo(15360))
                .select(
                    call_function("fp16_to_float", col("code")),
                    call_function("ckpt.fp16_to_float", col("i")))
                .first()
                .toString())
        .isEqualTo("[1.0,1.0]");
    SparkSession fresh = session().newSession();
    fresh.sql("USE ckpt");
    assertThat(fresh.sql("SELECT bf16_to_float(16256)").first().getFloat(0)).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "fp16_to_float('a') | fp16_to_float(STRING): " + CODE_IS,
        "fp16_to_float(1L) | fp16_to_float(BIGINT): " + CODE_IS,
        "bf16_to_float(1Y) | bf16_to_float(TINYINT): " + CODE_IS,
        "bf16_to_float(1.0F) | bf16_to_float(FLOAT): " + CODE_IS,
        "bf16_to_float(array(1L)) | bf16_to_float(ARRAY<BIGINT>): " + CODE_IS,
        "fp16_to_float() | fp16_to_float(): " + CODE_IS,
        "fp16_to_float(1, 2) | fp16_to_float(INT, INT): " + CODE_IS,
        "float_to_fp16('1') | float_to_fp16(STRING): " + NUMBER_IS,
        "float_to_bf16(array('1')) | float_to_bf16(ARRAY<STRING>): " + NUMBER_IS,
        "float_to_bf16(true) | float_to_bf16(BOOLEAN): " + NUMBER_IS,
        "ulp(1) | ulp(INT): " + NAME_IS,
        "ulp('F16', 1) | ulp(STRING, INT): " + NAME_IS,
        "round_to(array(1), 'F16') | round_to(ARRAY<INT>, STRING): " + NAME_IS,
        "overflows(1, 2) | overflows(INT, INT): " + NAME_IS
      })
  void wrongArgumentsAreRefusedAtAnalysis(String call, String message) {
    for (String prefix : new String[] {"", "ckpt."}) {
      assertThatThrownBy(() -> session().sql("SELECT " + prefix + call))
          .isInstanceOf(AnalysisException.class)
          .hasMessageContaining("Cannot call " + message);
    }
  }

  @Test
  void anUnknownTargetInALiteralIsRefusedAtAnalysisAfterRegistration() {
    assertThatThrownBy(() -> session().sql("SELECT round_to(d, 'F17') FROM scalars"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "Unknown target 'F17' in round_to: use one of F32, F16, BF16, F8_E4M3, F8_E5M2,"
                + " F8_E4M3_SAT, F8_E5M2_SAT");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT ckpt.ulp(1, 'F17')",
        "SELECT ulp(d, concat('F1', string(i % 1 + 7))) FROM scalars WHERE i = 3",
        "SELECT ckpt.ulp(d, 'F17') FROM scalars"
      })
  void anUnknownFormatIsRefusedAtTheLatestWhenTheQueryRuns(String query) {
    for (Mode mode : Mode.values()) {
      mode.enter();
      assertThatThrownBy(() -> rows(query))
          .hasStackTraceContaining(
              "Unknown format 'F17' in ulp: use one of F64, F32, F16, BF16, F8_E4M3, F8_E5M2,"
                  + " F8_E4M3FNUZ, F8_E5M2FNUZ, F8_E8M0, F6_E3M2, F6_E2M3, F4, F8_E4M3_SAT,"
                  + " F8_E5M2_SAT");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "fp16_to_float(65536)",
        "fp16_to_float(i + 65536 - i) FROM scalars WHERE i = 0",
        "fp16_to_float(array(i, i + 65536)) FROM scalars WHERE i = 0"
      })
  void anIntThatIsNoCodeIsRefused(String call) {
    for (Mode mode : Mode.values()) {
      mode.enter();
      assertThatThrownBy(() -> rows("SELECT " + mode.prefix + call))
          .hasStackTraceContaining(
              "Invalid code 65536 in fp16_to_float: a code of F16 has 16 bits; pass SMALLINT, or"
                  + " INT from -32768 to 65535");
    }
  }

  @Test
  void equalCallsAreOneFunctionToSpark() {
    assertThat(SqlFunction.ALL).extracting(SqlFunction::name).containsExactly(NAMES);
    String plan =
        row("EXPLAIN EXTENDED SELECT fp16_to_float(code) a, ckpt.fp16_to_float(code) b FROM"
                + " scalars ORDER BY fp16_to_float(code)")
            .getString(0);
    assertThat(plan).contains("fp16_to_float.invoke(code");
    assertThat(
            row("SELECT count(*) FROM (SELECT fp16_to_float(code) a FROM scalars GROUP BY"
                    + " ckpt.fp16_to_float(code), fp16_to_float(code))")
                .getLong(0))
        .isPositive();
  }
}
