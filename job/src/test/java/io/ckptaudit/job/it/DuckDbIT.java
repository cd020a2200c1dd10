package io.ckptaudit.job.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.testing.Audits;
import io.ckptaudit.job.testing.Fixtures;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A report is for programs that have never heard of Spark. */
@Timeout(300)
class DuckDbIT {

  @TempDir static Path report;

  private static Connection duckdb;

  @BeforeAll
  static void audit() throws SQLException {
    Audits.audits().run(report, Fixtures.path("llama-hf-bf16").toString());
    duckdb = DriverManager.getConnection("jdbc:duckdb:");
    for (Table table : Table.ofAudit()) {
      execute(
          "CREATE VIEW %s AS FROM read_parquet('%s/%s/*/*.parquet', hive_partitioning = true)"
              .formatted(table.folder(), report, table.folder()));
    }
  }

  @AfterAll
  static void close() throws SQLException {
    duckdb.close();
  }

  private static void execute(String sql) throws SQLException {
    try (var statement = duckdb.createStatement()) {
      statement.execute(sql);
    }
  }

  /** The rows of a query, each as its columns joined by a blank. */
  private static List<String> rows(String sql) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (var statement = duckdb.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(String.valueOf(result.getObject(i)));
        }
        rows.add(String.join(" ", row));
      }
    }
    return rows;
  }

  private static Collection<Table> tables() {
    return Table.ofAudit();
  }

  @ParameterizedTest
  @MethodSource("tables")
  void everyTableHasItsRowsItsColumnsAndItsRun(Table table) throws SQLException {
    int written = Audits.rows(report, table).size();
    assertThat(rows("SELECT run_id, count(*) FROM " + table.folder() + " GROUP BY ALL"))
        .isEqualTo(written == 0 ? List.of() : List.of("run " + written));
    List<String> columns = new ArrayList<>(List.of(table.schema().fieldNames()));
    columns.add("run_id");
    assertThat(rows("SELECT column_name FROM (DESCRIBE " + table.folder() + ")"))
        .isEqualTo(columns);
  }

  @Test
  void conversionsJoinTheirTensors() throws SQLException {
    assertThat(
            rows(
                """
                SELECT target, count(*), sum(inexact + exact), sum(elements)
                FROM tensors JOIN conversions USING (run_id, checkpoint, tensor)
                GROUP BY target ORDER BY target"""))
        .hasSize(4)
        .allSatisfy(
            row -> {
              String[] columns = row.split(" ");
              assertThat(columns[2]).as(row).isEqualTo(columns[3]);
            });
  }

  @Test
  void countsOfCodesAddUpToElements() throws SQLException {
    String counted =
        """
        SELECT tensor, sum(n)::BIGINT
        FROM (SELECT tensor, unnest(counts) AS n FROM code_counts WHERE "of" = 'source')
        GROUP BY tensor ORDER BY tensor""";
    assertThat(rows(counted))
        .isNotEmpty()
        .isEqualTo(rows("SELECT tensor, elements FROM tensors ORDER BY tensor"));
  }

  /** BF16 by its definition, in SQL. */
  @Test
  void extremesFollowFromTheCodes() throws SQLException {
    String recomputed =
        """
        WITH each AS (
          SELECT tensor, unnest(codes) AS code FROM code_counts WHERE "of" = 'source'
        ), parts AS (
          SELECT tensor, CASE WHEN code >= 32768 THEN -1 ELSE 1 END AS sign,
                 (code // 128) % 256 AS exponent, code % 128 AS fraction
          FROM each
        ), decoded AS (
          SELECT tensor, sign * CASE exponent
                 WHEN 0 THEN fraction * pow(2, -133)
                 ELSE (128 + fraction) * pow(2, exponent - 134) END AS value
          FROM parts WHERE exponent < 255
        )
        SELECT tensor, min(value), max(value) FROM decoded GROUP BY tensor ORDER BY tensor""";
    assertThat(rows("SELECT DISTINCT dtype FROM tensors")).containsExactly("BF16");
    assertThat(rows(recomputed))
        .isEqualTo(rows("SELECT tensor, min, max FROM tensors ORDER BY tensor"));
  }
}
