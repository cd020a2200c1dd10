package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.report.TableDigests;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Works out the digests of a published run again, from its rows, and holds them to its manifest.
 */
public final class StoredDigests {

  private final SparkSession spark;
  private final Verification verified;

  private StoredDigests(SparkSession spark, Verification verified) {
    this.spark = spark;
    this.verified = verified;
  }

  /**
   * Reads every row of the tables whose files are whole.
   *
   * @return sentences; none if the rows are those that were published
   */
  public static List<String> faults(SparkSession spark, Verification verified) throws IOException {
    return new StoredDigests(spark, verified).faults();
  }

  private List<String> faults() throws IOException {
    List<String> faults = new ArrayList<>();
    for (Table table : Table.values()) {
      Manifest.TableManifest listed = verified.manifest().tables().get(table.folder());
      if (listed != null && listed.digest() != null && verified.isWhole(table)) {
        verify(table, listed, faults);
      }
    }
    return faults;
  }

  private void verify(Table table, Manifest.TableManifest listed, List<String> faults)
      throws IOException {
    List<String> parts = verified.run().parts(verified.manifest(), table);
    String digest;
    try {
      digest = TableDigests.ofStored(table, rows(table, parts));
    } catch (Exception e) {
      addUnreadable(table, parts, failure(e), faults);
      return;
    }
    if (!digest.equals(listed.digest())) {
      faults.add(
          "Changed rows in table %s of run '%s' in %s: their digest is %s, and the manifest says %s; restore the files from a backup, or audit again under another id"
              .formatted(
                  table.folder(),
                  verified.run().runId(),
                  verified.run().report(),
                  digest,
                  listed.digest()));
    }
  }

  private JavaRDD<Row> rows(Table table, List<String> parts) {
    return spark.read().schema(table.schema()).parquet(parts.toArray(String[]::new)).toJavaRDD();
  }

  /** Spark's checked exceptions come out of unchecked methods. */
  private static Exception failure(Exception e) {
    if (e instanceof SparkException || e instanceof org.apache.spark.SparkRuntimeException) {
      return e;
    }
    throw e instanceof RuntimeException bug ? bug : new IllegalStateException(e);
  }

  private void addUnreadable(
      Table table, List<String> parts, Exception first, List<String> faults) {
    int before = faults.size();
    for (String part : parts) {
      try {
        rows(table, List.of(part)).count();
      } catch (Exception e) {
        faults.add(unreadable(part, failure(e)));
      }
    }
    if (faults.size() == before) {
      faults.add(unreadable(String.join(", ", parts), first));
    }
  }

  private String unreadable(String part, Exception failure) {
    Throwable cause = failure;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    return "Damaged file %s of run '%s': its rows cannot be read (%s); restore it from a backup, or audit again under another id"
        .formatted(part, verified.run().runId(), firstLine(cause.toString()));
  }

  private static String firstLine(String text) {
    return text.lines().findFirst().orElse("");
  }
}
