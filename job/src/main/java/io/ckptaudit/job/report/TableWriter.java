package io.ckptaudit.job.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** Writes tables as Parquet, by Spark's own writer. */
public final class TableWriter {

  /** Partitions of rows that go into one file: reports are read more often than written. */
  private static final int PARTITIONS_PER_FILE = 8;

  /** Most of a small table's time is planning and committing on the driver, which uses one core. */
  private static final int TABLES_AT_ONCE = 3;

  private final SparkSession spark;

  public TableWriter(SparkSession spark) {
    this.spark = spark;
  }

  /**
   * Writes tables, some of them at once.
   *
   * @throws ExecutionException if one could not be written; the others may have been
   */
  public void write(Map<Table, JavaRDD<Row>> tables, Map<Table, String> uris)
      throws ExecutionException, InterruptedException {
    List<Callable<Void>> writes = new ArrayList<>();
    tables.forEach(
        (table, rows) ->
            writes.add(
                () -> {
                  write(table, rows, uris.get(table));
                  return null;
                }));
    ExecutorService writers = Executors.newFixedThreadPool(TABLES_AT_ONCE);
    try {
      for (Future<Void> write : writers.invokeAll(writes)) {
        write.get();
      }
    } finally {
      writers.shutdownNow();
    }
  }

  private void write(Table table, JavaRDD<Row> rows, String uri) {
    int files = Math.max(1, rows.getNumPartitions() / PARTITIONS_PER_FILE);
    spark
        .createDataFrame(rows.coalesce(files), table.schema())
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(uri);
  }
}
