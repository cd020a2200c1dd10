package io.ckptaudit.job.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The tables of a report: a public contract, version {@link #CONTRACT_VERSION}.
 *
 * <p>Every table has {@code checkpoint} (URI) and {@code revision} (or null) first, and {@code
 * run_id} by its folder. Bytes and counts are BIGINT, values DOUBLE; file names are relative to the
 * checkpoint.
 */
public enum Table {
  TENSORS(
      columns()
          .text("tensor")
          .text("layer")
          .integer("layer_index")
          .text("role")
          .text("dtype")
          .bigints("shape")
          .bigint("elements")
          .bigint("bytes")
          .texts("shards")
          .statistics()
          .bigint("min_index")
          .bigint("max_index")
          .bigint("crc32c")),
  CONVERSIONS(columns().text("tensor").text("target").conversions()),
  LAYERS(
      columns()
          .text("layer")
          .integer("layer_index")
          .bigint("tensors")
          .bigint("elements")
          .bigint("bytes")
          .statistics()),
  LAYER_CONVERSIONS(columns().text("layer").text("target").conversions()),
  HISTOGRAMS(
      columns()
          .text("scope")
          .text("name")
          .text("target")
          .text("measure")
          .integer("bin")
          .real("lower")
          .real("upper")
          .bigint("count")),
  CODE_COUNTS(
      columns().text("tensor").text("dtype").text("of").integers("codes").bigints("counts")),
  FINDINGS(
      columns()
          .text("rule")
          .text("severity")
          .text("file")
          .text("tensor")
          .bigint("byte_offset")
          .text("message")
          .text("evidence")
          .text("action")),
  FILES(
      columns()
          .text("file")
          .bigint("bytes")
          .text("change_token")
          .text("sha256")
          .text("checksum")
          .text("status")
          .text("error")),
  RUNS(
      columns()
          .timestamp("started")
          .timestamp("finished")
          .text("version")
          .text("config")
          .bigint("bytes_read")
          .bigint("tensors")
          .bigint("elements")
          .text("verdict")),
  PAIRS(
      pairColumns()
          .texts("left_tensors")
          .texts("right_tensors")
          .text("pairing")
          .text("left_dtype")
          .text("right_dtype")
          .bigints("left_shape")
          .bigints("right_shape")
          .bigint("elements")
          .text("statement")
          .text("explanation")
          .texts("fits")
          .truth("all_tested")
          .bigint("rounded")
          .bigint("flushed")
          .bigint("overflowed")
          .bigint("clipped")
          .bigint("least_different")
          .real("least_largest_difference")
          .text("sentence")
          .text("element_order")
          .bigint("different")
          .text("first_different_tensor")
          .bigints("first_different")
          .bigints("different_elements")
          .bigint("largest_ulp")
          .real("largest_difference")),
  PAIR_HISTOGRAMS(
      pairColumns()
          .text("tensor")
          .text("measure")
          .integer("bin")
          .real("lower")
          .real("upper")
          .bigint("count")),
  SCALES(
      columns()
          .text("scope")
          .text("name")
          .text("target")
          .text("kind")
          .integer("exponent")
          .real("inverse")
          .bigint("finite")
          .bigint("overflow")
          .bigint("vanished")
          .bigint("subnormal")
          .bigint("inexact")
          .real("headroom")
          .truth("best")
          .truth("largest")),
  UPDATES(
      stepColumns()
          .text("scope")
          .text("name")
          .text("target")
          .bigint("elements")
          .bigint("nonzero")
          .bigint("zero")
          .bigint("non_finite")
          .bigint("lost")
          .bigint("below_half_spacing")
          .bigint("copy_overflow")
          .bigint("update_below_2_24")
          .bigint("ratio_above_2048")
          .bigint("ratio_above_256")
          .real("sum_abs_update")
          .real("sum_abs_lost")
          .real("lost_share")),
  UPDATE_HISTOGRAMS(
      stepColumns()
          .text("scope")
          .text("name")
          .integer("bin")
          .real("lower")
          .real("upper")
          .bigint("count")
          .bigint("lost_f16")
          .bigint("lost_bf16")
          .text("line"));

  /** Changes when a column changes its name, type or meaning. */
  public static final int CONTRACT_VERSION = 1;

  private final StructType schema;
  private final List<Integer> digested;
  private final List<Integer> place;

  Table(Columns columns) {
    this.schema = DataTypes.createStructType(columns.fields());
    this.digested = positions(false);
    this.place = positions(true);
  }

  public StructType schema() {
    return schema;
  }

  /** The folder below the report, and the name in the manifest. */
  public String folder() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Whether the table says the same of the same weights wherever and whenever they are read. */
  public boolean isDigested() {
    return this != RUNS;
  }

  /** The columns that enter the digest, by position. */
  List<Integer> digestedColumns() {
    return digested;
  }

  /** The columns that do not. */
  List<Integer> placeColumns() {
    return place;
  }

  /**
   * The columns that tell whose block of a digest a row is in, by position; none where each row is
   * a block.
   */
  List<Integer> blockColumns() {
    if (this == FINDINGS) {
      return List.of();
    }
    StructField[] fields = schema.fields();
    List<Integer> subjects =
        IntStream.range(0, fields.length)
            .filter(i -> Columns.SUBJECT.contains(fields[i].name()))
            .boxed()
            .toList();
    return subjects.isEmpty()
        ? subjects
        : Stream.concat(place.stream(), subjects.stream()).toList();
  }

  private List<Integer> positions(boolean ofPlace) {
    StructField[] fields = schema.fields();
    return IntStream.range(0, fields.length)
        .filter(i -> Columns.PLACE.contains(fields[i].name()) == ofPlace)
        .boxed()
        .toList();
  }

  /** The tables of an audit. */
  public static Set<Table> ofAudit() {
    return Collections.unmodifiableSet(EnumSet.range(TENSORS, RUNS));
  }

  /** The tables of a comparison. */
  public static Set<Table> ofComparison() {
    return Collections.unmodifiableSet(EnumSet.of(PAIRS, PAIR_HISTOGRAMS, FINDINGS, RUNS));
  }

  /** The tables of {@code scales}. */
  public static Set<Table> ofScales() {
    return Collections.unmodifiableSet(EnumSet.of(SCALES, FINDINGS, RUNS));
  }

  /** The tables of {@code updates}. */
  public static Set<Table> ofUpdates() {
    return Collections.unmodifiableSet(EnumSet.of(UPDATES, UPDATE_HISTOGRAMS, FINDINGS, RUNS));
  }

  private static Columns stepColumns() {
    return columns().text("before_checkpoint").text("before_revision");
  }

  private static Columns pairColumns() {
    return columns().text("left_checkpoint").text("left_revision");
  }

  private static Columns columns() {
    return new Columns().text("checkpoint").text("revision");
  }

  /** Collects the columns of a table. */
  private static final class Columns {

    /** What a digest leaves out: where, when and how thoroughly, not what. */
    static final Set<String> PLACE =
        Set.of(
            "checkpoint",
            "revision",
            "left_checkpoint",
            "left_revision",
            "before_checkpoint",
            "before_revision",
            "change_token",
            "sha256",
            "checksum");

    /** What a block of rows is of. */
    static final Set<String> SUBJECT = Set.of("tensor", "layer", "scope", "name");

    private final List<StructField> fields = new ArrayList<>();

    private Columns add(String name, DataType type) {
      fields.add(DataTypes.createStructField(name, type, true));
      return this;
    }

    Columns text(String name) {
      return add(name, DataTypes.StringType);
    }

    Columns texts(String name) {
      return add(name, DataTypes.createArrayType(DataTypes.StringType, false));
    }

    Columns integer(String name) {
      return add(name, DataTypes.IntegerType);
    }

    Columns integers(String name) {
      return add(name, DataTypes.createArrayType(DataTypes.IntegerType, false));
    }

    Columns bigint(String name) {
      return add(name, DataTypes.LongType);
    }

    Columns bigints(String name) {
      return add(name, DataTypes.createArrayType(DataTypes.LongType, false));
    }

    Columns real(String name) {
      return add(name, DataTypes.DoubleType);
    }

    Columns truth(String name) {
      return add(name, DataTypes.BooleanType);
    }

    Columns timestamp(String name) {
      return add(name, DataTypes.TimestampType);
    }

    Columns statistics() {
      return bigint("nan")
          .bigint("pos_inf")
          .bigint("neg_inf")
          .bigint("zero")
          .bigint("subnormal")
          .real("min")
          .real("max")
          .real("abs_max")
          .real("abs_min_nonzero")
          .real("mean")
          .real("stddev")
          .real("sum")
          .real("sum_sq")
          .bigint("distinct_codes")
          .text("narrowest_exact_dtype")
          .truth("on_f16_lattice")
          .truth("on_bf16_lattice");
    }

    Columns conversions() {
      return bigint("overflow")
          .bigint("underflow")
          .bigint("subnormal")
          .bigint("inexact")
          .bigint("exact")
          .real("max_abs_error")
          .real("mean_abs_error")
          .real("sum_abs_error")
          .real("sum_sq_error")
          .real("rmse")
          .real("max_rel_error")
          .real("max_ulp_error")
          .real("sqnr_db");
    }

    StructField[] fields() {
      return fields.toArray(StructField[]::new);
    }
  }
}
