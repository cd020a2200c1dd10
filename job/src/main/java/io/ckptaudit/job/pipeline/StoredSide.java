package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.compare.Changes;
import io.ckptaudit.job.compare.SideTensor;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.job.report.CheckpointSummary;
import io.ckptaudit.job.report.Manifest;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** What a stored run holds of one checkpoint. No weight is read. */
final class StoredSide {

  private static final List<String> FIGURES =
      List.of("nan", "pos_inf", "neg_inf", "zero", "min", "max", "sum", "sum_sq");

  private static final Set<String> WIDE = Set.of("F32", "F64");

  private final SparkSession spark;
  private final RunFolder run;
  private final Manifest manifest;
  private final RunVerdict verdict;
  private final String checkpoint;
  private final String revision;

  private StoredSide(SparkSession spark, RunFolder run, StoredRunName name) throws IOException {
    this.spark = spark;
    this.run = run;
    this.manifest = run.manifest();
    if (manifest.contractVersion() != Table.CONTRACT_VERSION) {
      throw new IOException(
          "Cannot read run '%s': its tables are of version %s, and this program reads version %s; audit the checkpoint again"
              .formatted(name, manifest.contractVersion(), Table.CONTRACT_VERSION));
    }
    this.verdict = run.verdict();
    List<Row> all =
        new ArrayList<>(
            table(Table.TENSORS).select("checkpoint", "revision").toJavaRDD().distinct().collect());
    all.sort(Comparator.comparing(row -> row.getString(0)));
    if (all.isEmpty()) {
      throw new InvalidSettingException(
          "Cannot compare run '%s': it has no tensors; name the run of an audit".formatted(name));
    }
    Row chosen = choose(all, name);
    this.checkpoint = chosen.getString(0);
    this.revision = chosen.getString(1);
  }

  static StoredSide open(SparkSession spark, Storages storages, StoredRunName name)
      throws IOException {
    return new StoredSide(spark, RunFolder.existing(name.report(), name.run(), storages), name);
  }

  private static Row choose(List<Row> checkpoints, StoredRunName name) {
    List<Row> fitting =
        checkpoints.stream()
            .filter(row -> name.checkpoint() == null || lastPart(row).equals(name.checkpoint()))
            .toList();
    if (fitting.size() == 1) {
      return fitting.get(0);
    }
    throw new InvalidSettingException(
        "Cannot tell which checkpoint '%s' means: %s of the %s in this run fit; name one as DIR@RUN/NAME, of %s"
            .formatted(
                name,
                fitting.size(),
                checkpoints.size(),
                checkpoints.stream()
                    .map(StoredSide::lastPart)
                    .distinct()
                    .limit(20)
                    .collect(Collectors.joining(", "))));
  }

  private static String lastPart(Row row) {
    String uri = row.getString(0);
    return uri.substring(uri.lastIndexOf('/') + 1);
  }

  String checkpoint() {
    return checkpoint;
  }

  String revision() {
    return revision;
  }

  /** Of this checkpoint alone: a run of several has one verdict for all. */
  String verdict() {
    return verdict.checkpoints().stream()
        .filter(summary -> verdict.checkpoints().size() > 1)
        .filter(summary -> summary.checkpoint().equals(checkpoint))
        .findFirst()
        .map(StoredSide::verdict)
        .orElse(verdict.verdict());
  }

  private static String verdict(CheckpointSummary summary) {
    if (summary.missing() != null) {
      return "incomplete";
    }
    boolean grave =
        summary.severities().getOrDefault("ERROR", 0L)
                + summary.severities().getOrDefault("WARNING", 0L)
            > 0;
    return grave ? "findings" : "clean";
  }

  private Dataset<Row> table(Table table) throws IOException {
    List<String> parts = run.parts(manifest, table);
    return parts.isEmpty()
        ? spark.createDataFrame(List.of(), table.schema())
        : spark.read().schema(table.schema()).parquet(parts.toArray(String[]::new));
  }

  /** The rows of this checkpoint. */
  Dataset<Row> rows(Table table) throws IOException {
    return table(table).where(functions.col("checkpoint").equalTo(checkpoint));
  }

  List<SideTensor> tensors() throws IOException {
    List<Row> rows = rows(Table.TENSORS).collectAsList();
    Map<String, Map<FloatFormat, Changes>> roundings = roundings(rows);
    List<SideTensor> tensors = new ArrayList<>();
    for (Row row : rows) {
      String name = row.getAs("tensor");
      tensors.add(tensor(row, name, roundings.getOrDefault(name, Map.of())));
    }
    return tensors;
  }

  private static SideTensor tensor(Row row, String name, Map<FloatFormat, Changes> roundings) {
    String narrowest = row.getAs("narrowest_exact_dtype");
    return new SideTensor(
        name,
        DType.valueOf(row.getAs("dtype")),
        List.copyOf(row.getList(row.fieldIndex("shape"))),
        row.<Long>getAs("elements"),
        row.getAs("crc32c"),
        narrowest == null ? null : DType.valueOf(narrowest),
        figures(row),
        roundings,
        largest(row));
  }

  private static Double largest(Row row) {
    Long positive = row.getAs("pos_inf");
    Long negative = row.getAs("neg_inf");
    boolean infinite = positive != null && positive + negative > 0;
    return infinite ? (Double) Double.POSITIVE_INFINITY : row.<Double>getAs("abs_max");
  }

  /** Null where nothing was counted. */
  private static String figures(Row row) {
    if (row.getAs("nan") == null) {
      return null;
    }
    return FIGURES.stream()
        .map(column -> String.valueOf(row.<Object>getAs(column)))
        .collect(Collectors.joining(" "));
  }

  /** What casts of wide tensors to F16 and BF16 changed. */
  private Map<String, Map<FloatFormat, Changes>> roundings(List<Row> tensors) throws IOException {
    Map<String, Map<FloatFormat, Changes>> roundings = new HashMap<>();
    Set<String> wide =
        tensors.stream()
            .filter(row -> WIDE.contains(row.<String>getAs("dtype")))
            .map(row -> row.<String>getAs("tensor"))
            .collect(Collectors.toSet());
    if (wide.isEmpty()) {
      return roundings;
    }
    Dataset<Row> casts =
        rows(Table.CONVERSIONS)
            .where(functions.col("target").isin("F16", "BF16"))
            .select("tensor", "target", "overflow", "underflow", "inexact");
    for (Row row : casts.collectAsList()) {
      if (row.getAs("inexact") != null && wide.contains(row.<String>getAs("tensor"))) {
        long overflow = row.<Long>getAs("overflow");
        long underflow = row.<Long>getAs("underflow");
        long rounded = row.<Long>getAs("inexact") - overflow - underflow;
        roundings
            .computeIfAbsent(row.getAs("tensor"), none -> new TreeMap<>())
            .put(
                FloatFormat.valueOf(row.getAs("target")),
                new Changes(rounded, underflow, overflow, 0));
      }
    }
    return roundings;
  }
}
