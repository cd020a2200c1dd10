package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.compare.Compared;
import io.ckptaudit.job.compare.ComparisonFindings;
import io.ckptaudit.job.compare.Contents;
import io.ckptaudit.job.compare.Differences;
import io.ckptaudit.job.compare.ElementsCompared;
import io.ckptaudit.job.compare.ModelStatement;
import io.ckptaudit.job.compare.Pair;
import io.ckptaudit.job.compare.PairComparison;
import io.ckptaudit.job.compare.PairOutcome;
import io.ckptaudit.job.compare.Pairing;
import io.ckptaudit.job.compare.SideTensor;
import io.ckptaudit.job.compare.UnknownTensorException;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.InvalidSettingException;
import io.ckptaudit.job.report.ComparedSides;
import io.ckptaudit.job.report.ComparisonSummary;
import io.ckptaudit.job.report.PairReport;
import io.ckptaudit.job.report.RunRows;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.udfs.arrow.ConversionFunctions;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.state.FormatTables;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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

  private final JavaSparkContext context;
  private final ComparisonRequest request;
  private final StoredSide left;
  private final StoredSide right;
  private final ComparedWeights weights;
  private final ComparedSides sides;
  private final Publication publication;

  private ComparisonJob(
      SparkSession spark,
      RunFolder run,
      ComparisonRequest request,
      StoredSide left,
      StoredSide right,
      ComparedWeights weights) {
    this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.request = request;
    this.publication = new Publication(spark, run, request, Table.ofComparison());
    this.left = left;
    this.right = right;
    this.weights = weights;
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
        return new PairReport(sides, known, null);
      }
      List<StoredCounts> all = new ArrayList<>();
      counts.forEach(all::add);
      Contents left = StoredCounts.contents(pair.left(), all, true);
      Contents right = StoredCounts.contents(pair.right(), all, false);
      Map<FloatFormat, FormatTables> tables = TableCache.of(functions);
      PairOutcome outcome = PairComparison.compare(left, right, tables);
      return new PairReport(
          sides, Compared.of(pair, left, outcome), Differences.of(left, right, tables));
    }
  }

  /**
   * Compares and publishes.
   *
   * @param weights of the two runs, to compare element by element what the request asks for; null
   *     if it asks for nothing
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
      StoredRunName right,
      ComparedWeights weights)
      throws IOException {
    RunFolder run = new RunFolder(request.report(), request.runId(), storages);
    try {
      return new ComparisonJob(
              spark,
              run,
              request,
              StoredSide.open(spark, storages, left),
              StoredSide.open(spark, storages, right),
              weights)
          .run();
    } catch (Exception e) {
      throw UnfinishedException.orOurs(e);
    }
  }

  private RunVerdict run() throws IOException {
    context.setJobDescription("ckpt-audit " + request.runId() + ": compare");
    List<Pair> pairs = pairs();
    JavaRDD<PairReport> reports = reports(pairs).persist(StorageLevel.MEMORY_AND_DISK_SER());
    try {
      List<Compared> compared =
          reports.map(PairReport::compared).collect().stream()
              .sorted((a, b) -> a.pair().name().compareTo(b.pair().name()))
              .toList();
      if (weights == null) {
        return publish(reports, compared);
      }
      context.setJobDescription("ckpt-audit " + request.runId() + ": compare elements");
      HashMap<String, ElementsCompared> found =
          new ValueComparison(context, request, weights).of(compared);
      Broadcast<HashMap<String, ElementsCompared>> elements = context.broadcast(found);
      return publish(
          reports.map(report -> report.with(elements.value())),
          compared.stream().map(one -> PairReport.with(one, found)).toList());
    } finally {
      reports.unpersist();
    }
  }

  private List<Pair> pairs() throws IOException {
    try {
      return Pairing.of(left.tensors(), right.tensors(), request.names());
    } catch (UnknownTensorException e) {
      throw new InvalidSettingException(e.getMessage(), e);
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

  private RunVerdict publish(JavaRDD<PairReport> reports, List<Compared> compared)
      throws PublicationException {
    List<Finding> findings = findings(compared);
    if (weights != null) {
      RunMetrics.registered().ifPresent(metrics -> metrics.found(findings));
    }
    RunVerdict verdict =
        publication
            .verdict(findings, 0, List.of())
            .with(ComparisonSummary.of(sides, ModelStatement.of(compared), findings));
    return publication.publish(
        verdict,
        runRow(compared, verdict),
        reports.map(PairReport::rows),
        Map.of(Table.FINDINGS, RunRows.findings(sides, findings)));
  }

  private List<Finding> findings(List<Compared> compared) {
    Policy policy = request.policy();
    List<Finding> findings = new ArrayList<>(ComparisonFindings.of(compared, policy));
    findings.addAll(ComparisonFindings.ofSide("LEFT", request.left(), left.verdict(), policy));
    findings.addAll(ComparisonFindings.ofSide("RIGHT", request.right(), right.verdict(), policy));
    findings.sort(Finding.ORDER);
    return findings;
  }

  private Row runRow(List<Compared> compared, RunVerdict verdict) {
    List<SideTensor> tensors =
        compared.stream().flatMap(one -> one.pair().right().stream()).toList();
    return RunRows.comparison(
        sides,
        publication.started(),
        verdict,
        request.config(),
        tensors.size(),
        tensors.stream().mapToLong(SideTensor::elements).sum());
  }
}
