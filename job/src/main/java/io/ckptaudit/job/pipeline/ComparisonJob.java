package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.compare.Compared;
import io.ckptaudit.job.compare.ComparisonFindings;
import io.ckptaudit.job.compare.Contents;
import io.ckptaudit.job.compare.Differences;
import io.ckptaudit.job.compare.ModelStatement;
import io.ckptaudit.job.compare.Pair;
import io.ckptaudit.job.compare.PairComparison;
import io.ckptaudit.job.compare.PairOutcome;
import io.ckptaudit.job.compare.Pairing;
import io.ckptaudit.job.compare.SideTensor;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.report.ComparedSides;
import io.ckptaudit.job.report.ComparisonSummary;
import io.ckptaudit.job.report.PairReport;
import io.ckptaudit.job.report.ReportRows;
import io.ckptaudit.job.report.RunRows;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.report.TableDigests;
import io.ckptaudit.job.report.TableWriter;
import io.ckptaudit.udfs.arrow.ConversionFunctions;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.state.FormatTables;
import java.io.IOException;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** One comparison of two stored runs, from their tables to a published run. */
public final class ComparisonJob {

  private final SparkSession spark;
  private final JavaSparkContext context;
  private final ComparisonRequest request;
  private final StoredSide left;
  private final StoredSide right;
  private final ComparedSides sides;
  private final Instant started = Instant.now();

  private ComparisonJob(
      SparkSession spark, ComparisonRequest request, StoredSide left, StoredSide right) {
    this.spark = spark;
    this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.request = request;
    this.left = left;
    this.right = right;
    this.sides =
        new ComparedSides(left.checkpoint(), left.revision(), right.checkpoint(), right.revision());
  }

  /** What every task needs to know: broadcast once. */
  private record Paired(ArrayList<Pair> pairs, ComparedSides sides, ConversionFunctions functions)
      implements Serializable {

    PairReport report(int index, Iterable<StoredCounts> counts) {
      Pair pair = pairs.get(index);
      if (pair.statementByShape() != null) {
        Compared known = new Compared(pair, PairOutcome.of(pair.statementByShape()));
        return PairReport.of(sides, known, null);
      }
      List<StoredCounts> all = new ArrayList<>();
      counts.forEach(all::add);
      Contents left = StoredCounts.contents(pair.left(), all, true);
      Contents right = StoredCounts.contents(pair.right(), all, false);
      Map<FloatFormat, FormatTables> tables = TableCache.of(functions);
      PairOutcome outcome = PairComparison.compare(left, right, tables);
      return PairReport.of(sides, Compared.of(pair, outcome), Differences.of(left, right, tables));
    }
  }

  /**
   * Compares and publishes.
   *
   * @return the verdict, as stored; that of another run of the same id if it was published
   *     meanwhile
   * @throws PublicationException if the report could not be written
   * @throws UnfinishedException if Spark could not finish
   */
  public static RunVerdict run(
      SparkSession spark,
      Storages storages,
      ComparisonRequest request,
      StoredRunName left,
      StoredRunName right)
      throws IOException {
    RunFolder run = new RunFolder(request.report(), request.runId(), storages);
    try {
      return new ComparisonJob(
              spark,
              request,
              StoredSide.open(spark, storages, left),
              StoredSide.open(spark, storages, right))
          .run(run);
    } catch (Exception e) {
      throw asOurs(e);
    }
  }

  /** Spark's checked exceptions come out of unchecked methods. */
  private static IOException asOurs(Exception failure) {
    if (failure instanceof IOException ours) {
      return ours;
    }
    if (failure instanceof SparkException) {
      return new UnfinishedException(failure);
    }
    throw failure instanceof RuntimeException bug ? bug : new IllegalStateException(failure);
  }

  private RunVerdict run(RunFolder run) throws IOException {
    context.setJobDescription("ckpt-audit " + request.runId() + ": compare");
    List<Pair> pairs = Pairing.of(left.tensors(), right.tensors());
    JavaRDD<PairReport> reports = reports(pairs).persist(StorageLevel.MEMORY_AND_DISK_SER());
    try {
      List<Compared> compared =
          reports.map(PairReport::compared).collect().stream()
              .sorted((a, b) -> a.pair().name().compareTo(b.pair().name()))
              .toList();
      return publish(run, reports, compared);
    } finally {
      reports.unpersist();
    }
  }

  private JavaRDD<PairReport> reports(List<Pair> pairs) throws IOException {
    Broadcast<Paired> paired =
        context.broadcast(new Paired(new ArrayList<>(pairs), sides, request.functions()));
    int partitions = Math.max(1, Math.min(pairs.size(), 4 * context.defaultParallelism()));
    JavaPairRDD<Integer, Boolean> all =
        context
            .parallelize(IntStream.range(0, pairs.size()).boxed().toList(), partitions)
            .mapToPair(index -> new Tuple2<>(index, true));
    return all.cogroup(counts(left, pairs, true).union(counts(right, pairs, false)), partitions)
        .map(pair -> paired.value().report(pair._1(), pair._2()._2()));
  }

  /** (index of the pair, counts) of every tensor whose counts a pair needs. */
  private JavaPairRDD<Integer, StoredCounts> counts(
      StoredSide side, List<Pair> pairs, boolean isLeft) throws IOException {
    HashMap<String, Integer> indices = new HashMap<>();
    for (int i = 0; i < pairs.size(); i++) {
      if (pairs.get(i).statementByShape() == null) {
        for (SideTensor tensor : isLeft ? pairs.get(i).left() : pairs.get(i).right()) {
          indices.put(tensor.name(), i);
        }
      }
    }
    Broadcast<HashMap<String, Integer>> wanted = context.broadcast(indices);
    return side.rows(Table.CODE_COUNTS)
        .toJavaRDD()
        .filter(row -> wanted.value().containsKey(row.<String>getAs("tensor")))
        .mapToPair(
            row ->
                new Tuple2<>(
                    wanted.value().get(row.<String>getAs("tensor")), StoredCounts.of(row, isLeft)));
  }

  private RunVerdict publish(RunFolder run, JavaRDD<PairReport> reports, List<Compared> compared)
      throws PublicationException {
    List<Finding> findings = findings(compared);
    RunVerdict verdict = verdict(compared, findings);
    Map<Table, List<Row>> driver = new EnumMap<>(Table.class);
    driver.put(Table.FINDINGS, RunRows.findings(sides, findings));
    try {
      JavaRDD<ReportRows> rows = reports.map(PairReport::rows);
      Map<Table, String> digests = TableDigests.of(rows, driver, Table.ofComparison());
      driver.put(Table.RUNS, List.of(runRow(compared, verdict)));
      Map<Table, JavaRDD<Row>> tables = new EnumMap<>(Table.class);
      for (Table table : List.of(Table.PAIRS, Table.PAIR_HISTOGRAMS)) {
        tables.put(table, rows.flatMap(block -> block.of(table).iterator()));
      }
      driver.forEach((table, list) -> tables.put(table, context.parallelize(list, 1)));
      Optional<RunVerdict> other = run.removeLeftovers();
      if (other.isPresent()) {
        return other.get();
      }
      new TableWriter(spark).write(tables, run.sparkUris(Table.ofComparison()));
      run.publish(verdict, digests, Table.ofComparison());
      return verdict;
    } catch (Exception e) {
      throw new PublicationException(request.report(), e);
    }
  }

  private List<Finding> findings(List<Compared> compared) {
    List<Finding> findings = new ArrayList<>(ComparisonFindings.of(compared));
    findings.addAll(ComparisonFindings.ofSide("LEFT", request.left(), left.verdict()));
    findings.addAll(ComparisonFindings.ofSide("RIGHT", request.right(), right.verdict()));
    findings.sort(Finding.ORDER);
    return findings;
  }

  private Row runRow(List<Compared> compared, RunVerdict verdict) {
    List<SideTensor> tensors =
        compared.stream().flatMap(one -> one.pair().right().stream()).toList();
    return RunRows.comparison(
        sides,
        started,
        verdict,
        request.config(),
        tensors.size(),
        tensors.stream().mapToLong(SideTensor::elements).sum());
  }

  private RunVerdict verdict(List<Compared> compared, List<Finding> findings) {
    Verdict verdict = Verdict.of(findings, request.failOn());
    return new RunVerdict(
        Table.CONTRACT_VERSION,
        request.runId(),
        Version.CURRENT,
        started.toString(),
        Instant.now().toString(),
        verdict.name().toLowerCase(Locale.ROOT),
        verdict.exitCode(),
        request.failOn().toString(),
        0,
        request.config(),
        List.of(),
        ComparisonSummary.of(sides, ModelStatement.of(compared), findings));
  }
}
