package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.ModelFindings;
import io.ckptaudit.job.audit.Rule;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.plan.Planner;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.job.report.CheckpointSummary;
import io.ckptaudit.job.report.LayerSummary;
import io.ckptaudit.job.report.RunRows;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.report.TableDigests;
import io.ckptaudit.job.report.TableWriter;
import io.ckptaudit.udfs.state.CodeCounts;
import io.ckptaudit.udfs.state.TensorState;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.apache.spark.util.LongAccumulator;
import scala.Tuple2;

/** One audit, from opened checkpoints to a published run. */
public final class AuditJob {

  private final SparkSession spark;
  private final JavaSparkContext context;
  private final Storages storages;
  private final AuditRequest request;
  private final List<Checkpoint> checkpoints;
  private final Broadcast<AuditedModels> models;
  private final Instant started = Instant.now();

  private AuditJob(
      SparkSession spark, Storages storages, AuditRequest request, List<Checkpoint> checkpoints) {
    this.spark = spark;
    this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.storages = storages;
    this.request = request;
    this.checkpoints = checkpoints;
    this.models =
        context.broadcast(new AuditedModels(checkpoints, request.criteria(), request.functions()));
  }

  /**
   * Audits and publishes.
   *
   * @return the verdict, as stored
   * @throws PublicationException if all was read but the report could not be written
   */
  public static RunVerdict run(
      SparkSession spark,
      Storages storages,
      AuditRequest request,
      List<Checkpoint> checkpoints,
      ReadProgress progress)
      throws IOException {
    RunFolder run = new RunFolder(request.report(), request.runId(), storages);
    return new AuditJob(spark, storages, request, checkpoints).run(run, progress);
  }

  private RunVerdict run(RunFolder run, ReadProgress progress) throws IOException {
    PlanSettings settings = new PlanSettings(request.splitBytes(), context.defaultParallelism());
    List<ReadTask> tasks = Planner.plan(checkpoints, settings);
    long bytes = tasks.stream().mapToLong(ReadTask::bytes).sum();
    LongAccumulator bytesRead = context.sc().longAccumulator("bytes read");
    JavaPairRDD<Long, byte[]> outcomes =
        TensorStates.read(context, tasks, storages, bytesRead)
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    context.setJobDescription("ckpt-audit " + request.runId() + ": read");
    progress.start(bytes, bytesRead::value);
    List<Tuple2<Long, byte[]>> faults =
        outcomes.filter(outcome -> SplitOutcome.isFault(outcome._2())).collect();
    progress.finish();
    context.setJobDescription("ckpt-audit " + request.runId() + ": report");
    JavaPairRDD<String, byte[]> groups =
        TensorStates.group(outcomes, models).persist(StorageLevel.MEMORY_AND_DISK_SER());
    try (ReportTables tables = new ReportTables(outcomes, groups, models)) {
      List<Finding> findings = findings(faults, tables, groups);
      RunVerdict verdict = verdict(findings, tables.summaries(), bytes);
      publish(run, tables.tables(), findings, verdict);
      return verdict;
    } finally {
      groups.unpersist();
      outcomes.unpersist();
    }
  }

  private List<Finding> findings(
      List<Tuple2<Long, byte[]>> faults, ReportTables tables, JavaPairRDD<String, byte[]> groups) {
    List<Finding> findings = new ArrayList<>(tables.findings());
    for (Tuple2<Long, byte[]> fault : faults) {
      findings.add(
          Rule.IO_READ.ofUnread(
              models.value().subject(TensorId.ofKey(fault._1())), SplitOutcome.fault(fault._2())));
    }
    for (int i = 0; i < checkpoints.size(); i++) {
      int index = i;
      checkpoints.get(i).problems().forEach(problem -> findings.add(Finding.of(index, problem)));
      findings.addAll(
          ModelFindings.of(
              i,
              checkpoints.get(i),
              modelStates(groups, i),
              models.value().tables(),
              request.criteria()));
    }
    findings.sort(Finding.ORDER);
    return findings;
  }

  private List<CodeCounts> modelStates(JavaPairRDD<String, byte[]> groups, int checkpoint) {
    long model = models.value().modelOf(checkpoint).toKey();
    List<CodeCounts> states = new ArrayList<>();
    for (Tuple2<String, byte[]> state :
        groups.filter(group -> GroupId.ofDtypeKey(group._1()).toKey() == model).collect()) {
      if (TensorState.fromBytes(state._2()) instanceof CodeCounts counts) {
        states.add(counts);
      }
    }
    return states;
  }

  private RunVerdict verdict(
      List<Finding> findings, List<Tuple2<Integer, LayerSummary>> groups, long bytes) {
    Verdict verdict = Verdict.of(findings, request.failOn());
    List<CheckpointSummary> summaries = new ArrayList<>();
    for (int i = 0; i < checkpoints.size(); i++) {
      int index = i;
      summaries.add(
          CheckpointSummary.of(
              checkpoints.get(i),
              groups.stream().filter(group -> group._1() == index).map(Tuple2::_2).toList(),
              findings.stream().filter(finding -> finding.checkpoint() == index).toList()));
    }
    return new RunVerdict(
        Table.CONTRACT_VERSION,
        request.runId(),
        Version.CURRENT,
        started.toString(),
        Instant.now().toString(),
        verdict.name().toLowerCase(Locale.ROOT),
        verdict.exitCode(),
        request.failOn().toString(),
        bytes,
        summaries);
  }

  private void publish(
      RunFolder run, Map<Table, JavaRDD<Row>> tables, List<Finding> findings, RunVerdict verdict)
      throws PublicationException {
    tables.put(Table.FINDINGS, context.parallelize(RunRows.findings(checkpoints, findings), 1));
    tables.put(Table.FILES, context.parallelize(RunRows.files(checkpoints), 1));
    try {
      Map<Table, String> digests = TableDigests.of(context, tables);
      tables.put(Table.RUNS, context.parallelize(List.of(runRow(verdict)), 1));
      run.removeLeftovers();
      TableWriter writer = new TableWriter(spark);
      for (Map.Entry<Table, JavaRDD<Row>> table : tables.entrySet()) {
        writer.write(table.getKey(), table.getValue(), run.sparkUri(table.getKey()));
      }
      run.publish(verdict, digests);
    } catch (IOException | RuntimeException e) {
      throw new PublicationException(request.report(), e);
    }
  }

  private Row runRow(RunVerdict verdict) {
    return RunRows.run(
        checkpoints,
        started,
        Instant.parse(verdict.finished()),
        verdict.version(),
        request.config(),
        verdict.bytesRead(),
        verdict.verdict());
  }
}
