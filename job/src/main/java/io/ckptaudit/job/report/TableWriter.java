package io.ckptaudit.job.report;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** Writes tables as Parquet, by Spark's own writer. */
public final class TableWriter {

  /** Partitions of rows that go into one file: reports are read more often than written. */
  private static final int PARTITIONS_PER_FILE = 8;

  /** Those with the most in a row, or the most rows: begun first, in files of fewer partitions. */
  private static final List<Table> LARGEST = List.of(Table.CODE_COUNTS, Table.HISTOGRAMS);

  private static final int PARTITIONS_PER_LARGE_FILE = 4;

  /** Most of a small table's time is planning and committing on the driver, which uses one core. */
  private static final int TABLES_AT_ONCE = 3;

  /** What Spark's commit protocol puts before the number of a file. */
  private static final String FILE_NAMES = "mapreduce.output.basename";

  private static final System.Logger LOG = System.getLogger(TableWriter.class.getName());

  private final SparkSession spark;
  private final IntFunction<ExecutorService> threads;

  /**
   * @param threads makes so many, which write tables at once
   */
  public TableWriter(SparkSession spark, IntFunction<ExecutorService> threads) {
    this.spark = spark;
    this.threads = threads;
  }

  /**
   * Writes tables, some of them at once, beside what may be there.
   *
   * @param fileNames how the names of all files begin
   * @throws ExecutionException if one could not be written; the others may have been
   */
  public void write(Map<Table, JavaRDD<Row>> tables, Map<Table, String> uris, String fileNames)
      throws ExecutionException, InterruptedException {
    List<Table> order = new ArrayList<>(LARGEST);
    order.retainAll(tables.keySet());
    tables.keySet().stream().filter(table -> !LARGEST.contains(table)).forEach(order::add);
    List<Callable<Void>> writes = new ArrayList<>();
    for (Table table : order) {
      writes.add(
          () -> {
            write(table, tables.get(table), uris.get(table), fileNames);
            return null;
          });
    }
    ExecutorService writers = threads.apply(TABLES_AT_ONCE);
    try {
      for (Future<Void> write : writers.invokeAll(writes)) {
        write.get();
      }
    } finally {
      writers.shutdownNow();
    }
  }

  /**
   * Says which committer has written a table to an object store: without the one that is made for
   * it, files are copied to their place one by one.
   *
   * @param marker content of the {@code _SUCCESS} that it left
   */
  public static void logCommitter(String uri, byte[] marker, String protocol) {
    if (marker.length == 0) {
      LOG.log(
          Level.WARNING,
          uri
              + ": tables committed by renames, which are copies in a store; put spark-hadoop-cloud"
              + " on the class path for the magic committer");
    } else {
      LOG.log(
          Level.INFO,
          uri + ": tables committed by " + ReportJson.committer(marker) + ", " + protocol);
    }
  }

  private void write(Table table, JavaRDD<Row> rows, String uri, String fileNames) {
    int perFile = LARGEST.contains(table) ? PARTITIONS_PER_LARGE_FILE : PARTITIONS_PER_FILE;
    int files = Math.max(1, rows.getNumPartitions() / perFile);
    spark
        .createDataFrame(rows.coalesce(files), table.schema())
        .write()
        .mode(SaveMode.Append)
        .option(FILE_NAMES, fileNames)
        .parquet(uri);
  }
}
