package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.GroupInventory;
import io.ckptaudit.job.audit.TensorSubject;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.ReadFailure;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.checkpoint.TensorName;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.report.ComparedSides;
import io.ckptaudit.job.report.ReportRows;
import io.ckptaudit.job.report.RunRows;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.job.report.UpdateReport;
import io.ckptaudit.job.report.UpdatesSummary;
import io.ckptaudit.job.training.StepPair;
import io.ckptaudit.job.training.StepPairs;
import io.ckptaudit.job.training.UpdateFindings;
import io.ckptaudit.udfs.state.UpdateCounts;
import io.ckptaudit.udfs.state.UpdateFigures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/** Which updates between two steps a 16-bit copy would lose, from one read of both. */
public final class UpdatesJob {

  /** The key of the model among those of layers: no layer has this name. */
  private static final String MODEL = "\0";

  private final JavaSparkContext context;
  private final Storages storages;
  private final UpdatesRequest request;
  private final Checkpoint before;
  private final Checkpoint after;
  private final ComparedSides steps;
  private final Publication publication;
  private final List<JavaPairRDD<Integer, byte[]>> persisted = new ArrayList<>();
  private RunMetrics metrics;

  private UpdatesJob(
      SparkSession spark,
      Storages storages,
      UpdatesRequest request,
      Checkpoint before,
      Checkpoint after) {
    this.context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    this.storages = storages;
    this.request = request;
    this.before = before;
    this.after = after;
    this.steps = new ComparedSides(before.uri(), before.revision(), after.uri(), after.revision());
    RunFolder run = new RunFolder(request.report(), request.runId(), storages);
    this.publication = new Publication(spark, run, request, Table.ofUpdates());
  }

  /**
   * Reads both steps and publishes.
   *
   * @return the verdict, as stored; that of another run of the same id if it was published
   *     meanwhile
   * @throws PublicationException if the report could not be written
   * @throws UnfinishedException if Spark could not finish
   */
  public static RunVerdict run(
      SparkSession spark,
      Storages storages,
      UpdatesRequest request,
      Checkpoint before,
      Checkpoint after,
      ReadProgress progress)
      throws IOException {
    try {
      return new UpdatesJob(spark, storages, request, before, after).run(progress);
    } catch (Exception e) {
      throw UnfinishedException.orOurs(e);
    } finally {
      progress.finish();
    }
  }

  private RunVerdict run(ReadProgress progress) throws IOException {
    context.setJobDescription("ckpt-audit " + request.runId() + ": updates");
    StepPairs matched = StepPairs.of(before, after);
    List<StepSplit.Task> tasks =
        StepSplit.plan(
            before,
            after,
            matched.pairs(),
            new PlanSettings(request.splitBytes(), context.defaultParallelism()));
    BytesRead bytesRead = BytesRead.create(context);
    metrics =
        RunMetrics.register(StepSplit.sides(tasks), bytesRead).foundIn(List.of(before, after));
    progress.start(metrics);
    ReadPlan how = ReadPlan.of(request.read(), List.of(before, after), context.getConf());
    Broadcast<Storages> stores = context.broadcast(storages);
    ReadSteps reading = new ReadSteps(stores, how, bytesRead, PoisonedFiles.lastAttempt(context));
    JavaPairRDD<Integer, byte[]> outcomes = read(tasks, reading);
    try {
      List<Tuple2<Integer, byte[]>> faults = faults(outcomes);
      Set<Integer> suspects = suspects(faults);
      if (!suspects.isEmpty()) {
        List<StepSplit.Task> again = StepSplit.ofPairs(tasks, suspects);
        PoisonedFiles.read(context, stores, how).amongPairs(StepSplit.sides(again).toList());
        outcomes =
            outcomes
                .filter(outcome -> !suspects.contains(outcome._1()))
                .union(read(again, reading));
        faults = faults(outcomes);
      }
      progress.finish();
      metrics.readingEnded();
      return publish(outcomes, tasks, matched, faults);
    } finally {
      PoisonedFiles.forget(context);
      persisted.forEach(JavaPairRDD::unpersist);
    }
  }

  private static List<Tuple2<Integer, byte[]>> faults(JavaPairRDD<Integer, byte[]> outcomes) {
    return outcomes.filter(outcome -> StepOutcome.isFault(outcome._2())).collect();
  }

  /** Pairs that shared a task with a file that ended its process, or lie in it. */
  private static Set<Integer> suspects(List<Tuple2<Integer, byte[]>> faults) {
    return faults.stream()
        .filter(outcome -> StepOutcome.fault(outcome._2()) == ReadFault.POISON)
        .map(Tuple2::_1)
        .collect(Collectors.toCollection(HashSet::new));
  }

  private JavaPairRDD<Integer, byte[]> read(List<StepSplit.Task> tasks, ReadSteps reading) {
    int partitions = Math.max(1, tasks.size());
    JavaPairRDD<Integer, byte[]> outcomes =
        context
            .parallelize(tasks, partitions)
            .mapPartitionsToPair(reading)
            .reduceByKey(
                StepOutcome::merge,
                Math.max(1, Math.min(partitions, 4 * context.defaultParallelism())))
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    persisted.add(outcomes);
    return outcomes;
  }

  private RunVerdict publish(
      JavaPairRDD<Integer, byte[]> outcomes,
      List<StepSplit.Task> tasks,
      StepPairs matched,
      List<Tuple2<Integer, byte[]>> faults)
      throws PublicationException {
    ArrayList<String> names =
        new ArrayList<>(matched.pairs().stream().map(StepPair::name).toList());
    Broadcast<ArrayList<String>> nameOf = context.broadcast(names);
    JavaPairRDD<Integer, byte[]> tensors =
        outcomes.filter(outcome -> !StepOutcome.isFault(outcome._2()));
    JavaPairRDD<String, byte[]> groups =
        tensors
            .flatMapToPair(
                outcome ->
                    List.of(
                            new Tuple2<>(
                                TensorName.of(nameOf.value().get(outcome._1())).layer(),
                                outcome._2()),
                            new Tuple2<>(MODEL, outcome._2()))
                        .iterator())
            .reduceByKey(StepOutcome::merge)
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    ComparedSides of = steps;
    JavaRDD<ReportRows> rows =
        tensors
            .map(outcome -> rows(of, "tensor", nameOf.value().get(outcome._1()), outcome._2()))
            .union(groups.map(group -> groupRows(of, group)))
            .persist(StorageLevel.MEMORY_AND_DISK_SER());
    try {
      UpdateCounts model =
          groups.filter(group -> group._1().equals(MODEL)).values().collect().stream()
              .map(StepOutcome::counts)
              .findFirst()
              .orElseGet(UpdateCounts::new);
      List<Finding> findings = findings(model, matched, faults);
      metrics.found(findings);
      return publish(rows, model, findings, matched, faults, bytes(tasks, faults));
    } finally {
      rows.unpersist();
      groups.unpersist();
    }
  }

  private static ReportRows rows(ComparedSides steps, String scope, String name, byte[] outcome) {
    return UpdateReport.of(steps, scope, name, StepOutcome.counts(outcome));
  }

  private static ReportRows groupRows(ComparedSides steps, Tuple2<String, byte[]> group) {
    boolean whole = group._1().equals(MODEL);
    return whole
        ? rows(steps, "model", GroupInventory.MODEL, group._2())
        : rows(steps, "layer", group._1(), group._2());
  }

  private List<Finding> findings(
      UpdateCounts model, StepPairs matched, List<Tuple2<Integer, byte[]>> faults) {
    List<Finding> findings = new ArrayList<>(matched.findings());
    before.problems().forEach(problem -> findings.add(Finding.of(0, problem)));
    after.problems().forEach(problem -> findings.add(Finding.of(1, problem)));
    for (Tuple2<Integer, byte[]> fault : faults) {
      int side = StepOutcome.side(fault._2());
      findings.add(
          Finding.ofUnread(
              subject(side, matched.pairs().get(fault._1())),
              ReadFailure.of(StepOutcome.fault(fault._2()))));
    }
    if (model.elements() > 0) {
      List<UpdateFigures> figures =
          UpdateFigures.TARGETS.stream().map(target -> UpdateFigures.of(model, target)).toList();
      findings.addAll(UpdateFindings.of(figures, matched.pairs()));
    }
    findings.sort(Finding.ORDER);
    return findings;
  }

  private TensorSubject subject(int side, StepPair pair) {
    Checkpoint of = side == 0 ? before : after;
    return new TensorSubject(
        side, of, side == 0 ? pair.before() : pair.after(), TensorName.of(pair.name()));
  }

  /** Planned bytes less those of pairs that could not be read. */
  private static long bytes(List<StepSplit.Task> tasks, List<Tuple2<Integer, byte[]>> faults) {
    List<Integer> unread = faults.stream().map(Tuple2::_1).toList();
    return tasks.stream()
        .flatMap(task -> task.splits().stream())
        .filter(split -> !unread.contains(split.pair()))
        .mapToLong(StepSplit::bytes)
        .sum();
  }

  private RunVerdict publish(
      JavaRDD<ReportRows> rows,
      UpdateCounts model,
      List<Finding> findings,
      StepPairs matched,
      List<Tuple2<Integer, byte[]>> faults,
      long bytes)
      throws PublicationException {
    long tensors = (long) matched.pairs().size() - faults.size();
    RunVerdict verdict =
        publication
            .verdict(findings, bytes, List.of())
            .with(UpdatesSummary.of(steps, tensors, model, findings));
    return publication.publish(
        verdict,
        RunRows.run(
            before.uri() + " " + after.uri(),
            publication.started(),
            verdict,
            request.config(),
            tensors,
            model.elements()),
        rows,
        Map.of(Table.FINDINGS, RunRows.findings(List.of(before, after), findings)));
  }
}
