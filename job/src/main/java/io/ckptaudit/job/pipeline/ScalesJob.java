package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.AuditCriteria;
import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.compare.ComparisonFindings;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.plan.Planner;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.job.report.ReportRows;
import io.ckptaudit.job.report.RunRows;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.ScalesSummary;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.training.ScaleFindings;
import io.ckptaudit.job.training.TargetScales;
import io.ckptaudit.udfs.number.Target;
import io.ckptaudit.udfs.state.OpaqueBytes;
import io.ckptaudit.udfs.state.ScaleCounts;
import io.ckptaudit.udfs.state.TensorState;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** What each scale would save or lose, from one read of a checkpoint or from a stored run. */
public final class ScalesJob {

  private final JavaSparkContext context;
  private final ScalesRequest request;
  private final Publication publication;
  private final ScaledModel model;
  private final List<JavaPairRDD<Long, byte[]>> persisted = new ArrayList<>();

  /** Null where nothing is read. */
  private RunMetrics metrics;

  private ScalesJob(
      SparkSession spark,
      Storages storages,
      ScalesRequest request,
      String checkpoint,
      String revision) {
    this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.request = request;
    RunFolder run = new RunFolder(request.report(), request.runId(), storages);
    this.publication = new Publication(spark, run, request, Table.ofScales());
    this.model = new ScaledModel(checkpoint, revision, request.targets(), request.functions());
    context.setJobDescription("ckpt-audit " + request.runId() + ": scales");
  }

  /**
   * Reads a checkpoint and publishes.
   *
   * @return the verdict, as stored; that of another run of the same id if it was published
   *     meanwhile
   * @throws PublicationException if the report could not be written
   * @throws UnfinishedException if Spark could not finish
   */
  public static RunVerdict run(
      SparkSession spark,
      Storages storages,
      ScalesRequest request,
      Checkpoint checkpoint,
      ReadProgress progress)
      throws IOException {
    try {
      return new ScalesJob(spark, storages, request, checkpoint.uri(), checkpoint.revision())
          .read(storages, checkpoint, progress);
    } catch (Exception e) {
      throw UnfinishedException.orOurs(e);
    } finally {
      progress.finish();
    }
  }

  /** As {@link #run(SparkSession, Storages, ScalesRequest, Checkpoint, ReadProgress)}. */
  public static RunVerdict run(
      SparkSession spark, Storages storages, ScalesRequest request, StoredRunName stored)
      throws IOException {
    try {
      StoredSide side = StoredSide.open(spark, storages, stored);
      ScalesJob job = new ScalesJob(spark, storages, request, side.checkpoint(), side.revision());
      StoredScales of = StoredScales.of(side);
      List<Finding> findings =
          new ArrayList<>(
              ComparisonFindings.ofSide(
                  "CHECKPOINT", request.uri(), side.verdict(), Policy.DEFAULT));
      return job.publish(of.tensors(), of.undecided(), findings, 0);
    } catch (Exception e) {
      throw UnfinishedException.orOurs(e);
    }
  }

  private RunVerdict read(Storages storages, Checkpoint checkpoint, ReadProgress progress)
      throws IOException {
    List<Checkpoint> one = List.of(checkpoint);
    Broadcast<AuditedModels> models =
        context.broadcast(
            new AuditedModels(
                one,
                new AuditCriteria(EnumSet.of(Target.F16), EnumSet.noneOf(Target.class)),
                request.functions(),
                FileChecks.NONE));
    PlanSettings cuts = new PlanSettings(request.splitBytes(), context.defaultParallelism());
    List<ReadTask> tasks = Planner.plan(one, cuts);
    BytesRead bytesRead = BytesRead.create(context);
    CountSplits counting =
        new CountSplits(
            context.broadcast(storages),
            ReadPlan.of(request.read(), one, context.getConf()),
            context.broadcast(new ScaleSplitCounters(request.functions())),
            bytesRead,
            PoisonedFiles.lastAttempt(context));
    try {
      metrics =
          RunMetrics.register(tasks.stream().flatMap(task -> task.splits().stream()), bytesRead)
              .foundIn(one);
      progress.start(metrics);
      JavaPairRDD<Long, byte[]> outcomes =
          withoutPoison(
              ReadPass.of(one, FileChecks.NONE, models, outcomes(tasks, counting, models)),
              cuts,
              counting);
      List<Finding> findings =
          new ArrayList<>(outcomes.flatMap(outcome -> met(outcome, models.value())).collect());
      progress.finish();
      metrics.readingEnded();
      checkpoint.problems().forEach(problem -> findings.add(Finding.of(0, problem)));
      return publish(
          outcomes.flatMap(outcome -> tensor(outcome, models.value())),
          List.of(),
          findings,
          bytes(tasks, outcomes));
    } finally {
      PoisonedFiles.forget(context);
      persisted.forEach(JavaPairRDD::unpersist);
    }
  }

  private JavaPairRDD<Long, byte[]> outcomes(
      List<ReadTask> tasks, CountSplits counting, Broadcast<AuditedModels> models) {
    JavaPairRDD<Long, byte[]> outcomes =
        TensorStates.read(context, tasks, counting, models)
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    persisted.add(outcomes);
    return outcomes;
  }

  /** Reads again what shared a task with a file that ended its process. */
  private JavaPairRDD<Long, byte[]> withoutPoison(
      ReadPass first, PlanSettings cuts, CountSplits counting) {
    Set<TensorId> again = first.poisoned();
    again.removeAll(new PoisonedFiles(context, counting).of(first, cuts).tensors());
    if (again.isEmpty()) {
      return first.outcomes();
    }
    HashSet<Long> keys = new HashSet<>();
    again.forEach(tensor -> keys.add(tensor.toKey()));
    return first
        .outcomes()
        .filter(outcome -> !keys.contains(outcome._1()))
        .union(
            outcomes(
                Planner.plan(first.checkpoints(), cuts, again::contains),
                counting,
                first.models()));
  }

  /** What was found while a tensor was read. */
  private static Iterator<Finding> met(Tuple2<Long, byte[]> outcome, AuditedModels models) {
    var subject = models.subject(TensorId.ofKey(outcome._1()));
    if (SplitOutcome.isFault(outcome._2())) {
      return List.of(Finding.ofUnread(subject, SplitOutcome.failure(outcome._2()))).iterator();
    }
    return ByteFindings.of(subject, SplitOutcome.counted(outcome._2())).iterator();
  }

  private static Iterator<ScaledTensor> tensor(Tuple2<Long, byte[]> outcome, AuditedModels models) {
    if (SplitOutcome.isFault(outcome._2())) {
      return List.<ScaledTensor>of().iterator();
    }
    TensorState state = SplitOutcome.state(outcome._2());
    String name = models.subject(TensorId.ofKey(outcome._1())).entry().name();
    return state instanceof OpaqueBytes
        ? List.<ScaledTensor>of().iterator()
        : List.of(new ScaledTensor(name, state.toBytes())).iterator();
  }

  /** Planned bytes less those of tensors that could not be read. */
  private static long bytes(List<ReadTask> tasks, JavaPairRDD<Long, byte[]> outcomes) {
    List<Long> unread =
        outcomes.filter(outcome -> SplitOutcome.isFault(outcome._2())).keys().collect();
    return tasks.stream()
        .flatMap(task -> task.splits().stream())
        .filter(split -> !unread.contains(split.tensor().toKey()))
        .mapToLong(Split::bytes)
        .sum();
  }

  private RunVerdict publish(
      JavaRDD<ScaledTensor> tensors, List<String> undecided, List<Finding> met, long bytesRead)
      throws PublicationException {
    Broadcast<ScaledModel> of = context.broadcast(model);
    JavaPairRDD<String, byte[]> groups =
        tensors
            .flatMapToPair(tensor -> tensor.groups(of.value()))
            .reduceByKey(ScaledTensor::merge)
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    JavaRDD<ReportRows> rows =
        tensors
            .map(tensor -> tensor.rows(of.value()))
            .union(groups.map(group -> ScaledTensor.groupRows(group, of.value())))
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    try {
      ScaleCounts whole =
          groups.filter(group -> ScaledTensor.isModel(group._1())).values().collect().stream()
              .map(bytes -> (ScaleCounts) TensorState.fromBytes(bytes))
              .findFirst()
              .orElse(null);
      return publish(rows, whole, tensors.count(), undecided, met, bytesRead);
    } finally {
      rows.unpersist();
      groups.unpersist();
    }
  }

  private RunVerdict publish(
      JavaRDD<ReportRows> rows,
      ScaleCounts whole,
      long tensors,
      List<String> undecided,
      List<Finding> met,
      long bytesRead)
      throws PublicationException {
    List<TargetScales> targets =
        whole == null || whole.elements() == 0
            ? List.of()
            : request.targets().stream().map(target -> TargetScales.of(whole, target)).toList();
    List<Finding> findings = new ArrayList<>(met);
    findings.addAll(ScaleFindings.of(whole, targets, undecided));
    findings.sort(Finding.ORDER);
    if (metrics != null) {
      metrics.found(findings);
    }
    RunVerdict verdict =
        publication
            .verdict(findings, bytesRead, List.of())
            .with(ScalesSummary.of(model.checkpoint(), tensors, whole, targets, findings));
    return publication.publish(
        verdict,
        RunRows.run(
            model.checkpoint(),
            publication.started(),
            verdict,
            request.config(),
            tensors,
            whole == null ? 0 : whole.elements()),
        rows,
        Map.of(Table.FINDINGS, RunRows.findings(model.checkpoint(), model.revision(), findings)));
  }
}
