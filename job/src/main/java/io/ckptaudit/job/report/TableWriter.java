package io.ckptaudit.job.report;

import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;

/** Writes tables as Parquet, by Spark's own writer. */
public final class TableWriter {

  /** Partitions of rows that go into one file: reports are read more often than written. */
  private static final int PARTITIONS_PER_FILE = 8;

  private final SparkSession spark;

  public TableWriter(SparkSession spark) {
    this.spark = spark;
  }

  public void write(Table table, JavaRDD<Row> rows, String uri) {
    int files = Math.max(1, rows.getNumPartitions() / PARTITIONS_PER_FILE);
    spark
        .createDataFrame(rows.coalesce(files), table.schema())
        .write()
        .mode(SaveMode.Overwrite)
        .parquet(uri);
  }
}
