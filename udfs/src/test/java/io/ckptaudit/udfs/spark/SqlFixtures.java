package io.ckptaudit.udfs.spark;

import io.ckptaudit.udfs.number.FloatFormat;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * One session per JVM, with both routes to the functions, and two Parquet tables read back as
 * views: {@code scalars}, a row per 16-bit code, and {@code arrays}, some arrays of each type.
 */
final class SqlFixtures {

  static final int CODES = 1 << 16;
  static final int LONG_ARRAY = 100_000;

  /** Of this JVM alone: several run tests at once. */
  private static final String FOLDER = "target/sql-fixtures/" + ProcessHandle.current().pid() + "/";

  static final long SEED = Long.getLong("tests.seed", System.nanoTime());

  /** Of each kind of array, every how many elements one is null; 0 for none. */
  static final Map<String, Integer> KINDS =
      Map.of("all", 0, "holes", 3, "nulls", 1, "one", 0, "empty", 0);

  private static final SparkSession SESSION = start();

  private SqlFixtures() {}

  static SparkSession session() {
    return SESSION;
  }

  private static SparkSession start() {
    System.setProperty(
        "log4j2.configurationFile",
        System.getProperty("ckptaudit.root") + "/conf/log4j2.properties");
    SparkSession session =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.warehouse.dir", FOLDER + "warehouse")
            .config("spark.sql.catalog.ckpt", CheckpointFunctionCatalog.class.getName())
            .getOrCreate();
    session.sparkContext().setLogLevel("OFF");
    CheckpointFunctions.register(session);
    table(session, "scalars", "i INT, code SMALLINT, f FLOAT, d DOUBLE", scalars());
    table(
        session,
        "arrays",
        "kind STRING, codes ARRAY<SMALLINT>, ints ARRAY<INT>, fs ARRAY<FLOAT>, ds ARRAY<DOUBLE>",
        List.of(
            arrays("all", CODES),
            arrays("holes", LONG_ARRAY),
            arrays("nulls", 10),
            arrays("one", 1),
            arrays("empty", 0),
            RowFactory.create("null", null, null, null, null)));
    return session;
  }

  private static void table(SparkSession session, String name, String schema, List<Row> rows) {
    String path = FOLDER + name;
    session
        .createDataFrame(rows, StructType.fromDDL(schema))
        .coalesce(1)
        .write()
        .mode("overwrite")
        .parquet(path);
    session.read().parquet(path).createOrReplaceTempView(name);
  }

  private static List<Row> scalars() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < CODES; i++) {
      rows.add(RowFactory.create(i, (short) i, floatOf(i), doubleOf(i)));
    }
    rows.add(RowFactory.create(null, null, null, null));
    return rows;
  }

  /** A float for each code: the ties of F16 and BF16, their neighbours, and random bits. */
  static float floatOf(int i) {
    Random random = new Random(SEED + i);
    return switch (i % 4) {
      case 0 -> (float) tie(FloatFormat.F16, i);
      case 1 -> (float) tie(FloatFormat.BF16, i);
      case 2 -> Math.nextUp((float) tie(FloatFormat.F16, i));
      default -> Float.intBitsToFloat(random.nextInt());
    };
  }

  /** A double for each code: beside the ties, where a detour over FLOAT rounds wrongly. */
  static double doubleOf(int i) {
    Random random = new Random(SEED - i);
    return switch (i % 4) {
      case 0 -> Math.nextUp(tie(FloatFormat.F16, i));
      case 1 -> Math.nextUp(tie(FloatFormat.BF16, i));
      case 2 -> Math.nextDown(tie(FloatFormat.BF16, i));
      default -> Double.longBitsToDouble(random.nextLong());
    };
  }

  private static double tie(FloatFormat format, int code) {
    double value = format.decode(code);
    return Double.isFinite(value) ? value + format.spacing(value) / 2 : value;
  }

  /** Arrays of codes, floats and doubles by index. */
  private static Row arrays(String kind, int elements) {
    int everyNull = KINDS.get(kind);
    List<Short> codes = new ArrayList<>(Collections.nCopies(elements, null));
    List<Integer> ints = new ArrayList<>(codes.size());
    List<Float> floats = new ArrayList<>();
    List<Double> doubles = new ArrayList<>();
    for (int i = 0; i < elements; i++) {
      boolean hole = everyNull > 0 && i % everyNull == 0;
      codes.set(i, hole ? null : (Short) (short) i);
      ints.add(hole ? null : (Integer) (i % CODES));
      floats.add(hole ? null : (Float) floatOf(i % CODES));
      doubles.add(hole ? null : (Double) doubleOf(i % CODES));
    }
    return RowFactory.create(
        kind, codes.toArray(), ints.toArray(), floats.toArray(), doubles.toArray());
  }
}
