package io.ckptaudit.job.report;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/**
 * One sha256 per table over its sorted rows, the same for any partitioning and order.
 *
 * <p>Each row becomes the sha256 of its {@linkplain RowEncoding canonical bytes}. Row hashes are
 * sorted and cut into 256 buckets by their first byte; a bucket's digest is the sha256 of its row
 * hashes, and the table's the sha256 of the 256 bucket digests. So millions of rows are sorted
 * where they are, and 8 KiB a table reach the driver.
 */
public final class TableDigests {

  private static final int BUCKETS = 256;

  private TableDigests() {}

  /** Digests as lower-case hex. */
  public static Map<Table, String> of(JavaSparkContext spark, Map<Table, JavaRDD<Row>> tables) {
    JavaPairRDD<Integer, byte[]> hashes = spark.<Integer, byte[]>parallelizePairs(List.of());
    for (Map.Entry<Table, JavaRDD<Row>> table : tables.entrySet()) {
      hashes = hashes.union(hash(table.getKey(), table.getValue()));
    }
    int partitions = Math.max(1, Math.min(BUCKETS, spark.defaultParallelism()));
    Map<Integer, byte[]> buckets =
        new TreeMap<>(
            hashes.groupByKey(partitions).mapValues(TableDigests::bucketDigest).collectAsMap());
    Map<Table, String> digests = new EnumMap<>(Table.class);
    for (Table table : tables.keySet()) {
      digests.put(table, tableDigest(table, buckets));
    }
    return digests;
  }

  /** (table and bucket, hash) of each row. */
  private static JavaPairRDD<Integer, byte[]> hash(Table table, JavaRDD<Row> rows) {
    ArrayList<Integer> columns = new ArrayList<>(table.digestedColumns());
    int first = table.ordinal() * BUCKETS;
    return rows.mapToPair(
        row -> {
          byte[] hash = sha256().digest(RowEncoding.of(row, columns));
          return new Tuple2<>(first + (hash[0] & 0xFF), hash);
        });
  }

  private static byte[] bucketDigest(Iterable<byte[]> hashes) {
    List<byte[]> sorted = new ArrayList<>();
    hashes.forEach(sorted::add);
    sorted.sort(Arrays::compareUnsigned);
    MessageDigest digest = sha256();
    sorted.forEach(digest::update);
    return digest.digest();
  }

  private static String tableDigest(Table table, Map<Integer, byte[]> buckets) {
    byte[] empty = sha256().digest();
    MessageDigest digest = sha256();
    for (int bucket = 0; bucket < BUCKETS; bucket++) {
      digest.update(buckets.getOrDefault(table.ordinal() * BUCKETS + bucket, empty));
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }
}
