package io.ckptaudit.job.report;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/**
 * One sha256 per table over its sorted rows, the same for any partitioning and order.
 *
 * <p>The rows of one tensor, layer or model are a block, and so is each row of {@code findings} and
 * {@code files}. Each block becomes the sha256 of its {@linkplain CompactRows bytes}. Block hashes
 * are sorted and cut into 256 buckets by their first byte; a bucket's digest is the sha256 of its
 * hashes, and the table's the sha256 of the 256 bucket digests. So millions of rows are sorted
 * where they are, and 8 KiB a table reach the driver.
 */
public final class TableDigests {

  private static final int BUCKETS = 256;

  private TableDigests() {}

  /**
   * Digests as lower-case hex.
   *
   * @param reports the blocks of the tables that are spread over executors
   * @param driver the rows of the other tables
   * @param tables of the run
   */
  public static Map<Table, String> of(
      JavaRDD<ReportRows> reports, Map<Table, List<Row>> driver, Set<Table> tables) {
    Map<Integer, byte[]> buckets =
        buckets(reports.flatMapToPair(TableDigests::hashes), reports.context());
    Map<Integer, List<byte[]>> ofDriver = new TreeMap<>();
    driver.forEach(
        (table, rows) ->
            rows.forEach(
                row -> add(ofDriver, hash(table, CompactRows.encode(table, List.of(row))))));
    ofDriver.forEach((bucket, hashes) -> buckets.put(bucket, bucketDigest(hashes)));
    return digests(buckets, tables);
  }

  /** The same of rows as they were stored. */
  public static String ofStored(Table table, JavaRDD<Row> rows) {
    List<Integer> columns = table.blockColumns();
    JavaRDD<List<Row>> blocks =
        columns.isEmpty()
            ? rows.map(List::of)
            : rows.groupBy(row -> columns.stream().map(i -> "" + row.get(i)).toList())
                .map(block -> rows(block._2()));
    JavaPairRDD<Integer, byte[]> hashes =
        blocks.mapToPair(block -> hash(table, CompactRows.encode(table, block)));
    return tableDigest(table, buckets(hashes, rows.context()));
  }

  private static List<Row> rows(Iterable<Row> block) {
    List<Row> rows = new ArrayList<>();
    block.forEach(rows::add);
    return rows;
  }

  private static Map<Integer, byte[]> buckets(
      JavaPairRDD<Integer, byte[]> hashes, SparkContext context) {
    int partitions = Math.max(1, Math.min(BUCKETS, context.defaultParallelism()));
    return new TreeMap<>(
        hashes.groupByKey(partitions).mapValues(TableDigests::bucketDigest).collectAsMap());
  }

  private static Map<Table, String> digests(Map<Integer, byte[]> buckets, Set<Table> tables) {
    Map<Table, String> digests = new EnumMap<>(Table.class);
    for (Table table : tables) {
      if (table.isDigested()) {
        digests.put(table, tableDigest(table, buckets));
      }
    }
    return digests;
  }

  private static void add(Map<Integer, List<byte[]>> buckets, Tuple2<Integer, byte[]> hash) {
    buckets.computeIfAbsent(hash._1(), none -> new ArrayList<>()).add(hash._2());
  }

  /** (table and bucket, hash) of each block. */
  private static Iterator<Tuple2<Integer, byte[]>> hashes(ReportRows rows) {
    List<Tuple2<Integer, byte[]>> hashes = new ArrayList<>();
    rows.forEachBlock((table, block) -> hashes.add(hash(table, block)));
    return hashes.iterator();
  }

  private static Tuple2<Integer, byte[]> hash(Table table, byte[] block) {
    byte[] hash = sha256().digest(block);
    return new Tuple2<>(table.ordinal() * BUCKETS + (hash[0] & 0xFF), hash);
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
