package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.ReadFailure;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.integrity.PromisedCheckpoint;
import io.ckptaudit.job.integrity.RepositoryPromises;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.pipeline.PoisonedFiles.Poisoned;
import io.ckptaudit.job.plan.FilePlanner;
import io.ckptaudit.job.plan.HashedFile;
import io.ckptaudit.job.plan.PlanSettings;
import io.ckptaudit.job.plan.Planner;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.TensorId;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.storage.StorageLevel;
import scala.Tuple2;

/**
 * Reads the weights of a run: everything once, and in a second pass what {@link
 * ReadFault#isForSecondPass}. Files that changed are read as they are then, with their headers;
 * those that shared a task with one that took its process along are read without it.
 */
final class WeightReading implements AutoCloseable {

  /** Cores of a cluster to plan for at the least: executors may still be on their way. */
  private static final int FEWEST_CORES = 16;

  private static final System.Logger LOG = System.getLogger(WeightReading.class.getName());

  private final JavaSparkContext context;
  private final List<Checkpoint> opened;
  private final Storages storages;
  private final AuditRequest request;
  private final ReadPlan how;
  private final PlanSettings cuts;
  private final BytesRead bytesRead;
  private final Broadcast<Storages> stores;
  private final int lastAttempt;
  private final List<JavaPairRDD<Long, byte[]>> persisted = new ArrayList<>();
  private RunMetrics metrics;

  WeightReading(
      JavaSparkContext context,
      Storages storages,
      AuditRequest request,
      List<Checkpoint> checkpoints) {
    int cores = context.defaultParallelism();
    this.context = context;
    this.opened = checkpoints;
    this.storages = storages;
    this.request = request;
    this.how = ReadPlan.of(request.read(), checkpoints, context.getConf());
    this.cuts =
        new PlanSettings(
            request.splitBytes(), context.isLocal() ? cores : Math.max(FEWEST_CORES, cores));
    this.bytesRead = BytesRead.create(context);
    this.stores = context.broadcast(storages);
    this.lastAttempt = PoisonedFiles.lastAttempt(context);
  }

  ReadChoice local() {
    return how.local();
  }

  /** What sinks are told of it, once it has begun. */
  RunMetrics metrics() {
    return metrics;
  }

  ReadPass read(ReadProgress progress) throws IOException {
    Promised promised = promised(opened);
    Broadcast<AuditedModels> models = models(promised);
    List<ReadTask> tasks = planned(promised, models);
    metrics =
        RunMetrics.register(tasks.stream().flatMap(task -> task.splits().stream()), bytesRead)
            .foundIn(promised.checkpoints());
    progress.start(metrics);
    ReadPass first =
        ReadPass.of(
            promised.checkpoints(),
            promised.checks(),
            models,
            persist(TensorStates.read(context, tasks, counting(models), models)));
    return first.isForSecondPass() ? readAgain(first) : first;
  }

  private List<ReadTask> planned(Promised promised, Broadcast<AuditedModels> models) {
    boolean warm = context.isLocal() && WarmKernels.isWorthIt(promised.checkpoints());
    try (WarmTasks tasks =
        warm ? new WarmTasks(context, request.runId(), counting(models)) : null) {
      return plan(promised, promised.checks().files(), tensor -> true);
    }
  }

  /** Checkpoints with what their repositories promise of them, if somebody asks. */
  private record Promised(List<Checkpoint> checkpoints, FileChecks checks) {}

  private Promised promised(List<Checkpoint> checkpoints) throws IOException {
    if (!request.verifiesChecksums()) {
      return new Promised(checkpoints, FileChecks.NONE);
    }
    List<PromisedCheckpoint> promised = RepositoryPromises.of(checkpoints, storages);
    return new Promised(
        promised.stream().map(PromisedCheckpoint::checkpoint).toList(), new FileChecks(promised));
  }

  private List<ReadTask> plan(
      Promised promised, List<HashedFile> files, Predicate<TensorId> wanted) {
    return request.verifiesChecksums()
        ? FilePlanner.plan(promised.checkpoints(), cuts, files, wanted)
        : Planner.plan(promised.checkpoints(), cuts, wanted);
  }

  private Broadcast<AuditedModels> models(Promised promised) {
    return context.broadcast(
        new AuditedModels(
            promised.checkpoints(), request.criteria(), request.functions(), promised.checks()));
  }

  private CountSplits counting(Broadcast<AuditedModels> models) {
    return new CountSplits(stores, how, models, bytesRead, lastAttempt);
  }

  private JavaPairRDD<Long, byte[]> persist(JavaPairRDD<Long, byte[]> outcomes) {
    persisted.add(outcomes.persist(StorageLevel.MEMORY_AND_DISK_SER()));
    return outcomes;
  }

  private ReadPass readAgain(ReadPass first) throws IOException {
    Poisoned poisoned = new PoisonedFiles(context, counting(first.models())).of(first, cuts);
    Promised now = promised(Reopening.of(first, opened, storages, request));
    Map<Long, Long> kept = Reopening.kept(first, now.checkpoints());
    Map<Long, byte[]> known = new HashMap<>();
    byte[] poison = SplitOutcome.of(ReadFailure.of(ReadFault.POISON));
    Reopening.keys(first, now.checkpoints(), poisoned.tensors())
        .forEach(key -> known.put(key, poison));
    Set<Long> done = new HashSet<>(kept.values());
    done.addAll(known.keySet());
    Predicate<TensorId> wanted = tensor -> !done.contains(tensor.toKey());
    List<HashedFile> files = filesAgain(first, now, poisoned, wanted, kept, known);
    Broadcast<AuditedModels> models = models(now);
    List<ReadTask> tasks = plan(now, files, wanted);
    LOG.log(
        Level.WARNING,
        "Reading {0} tasks in a second pass: files changed, or ended the process that read them",
        tasks.size());
    return ReadPass.of(
        now.checkpoints(),
        now.checks(),
        models,
        persist(
            kept(kept)
                .union(known(known))
                .union(TensorStates.read(context, tasks, counting(models), models))));
  }

  /**
   * The files to read whole once more: those whose outcome does not hold, and those that tensors
   * are read from. The outcomes of others are added to what is kept or known.
   */
  private List<HashedFile> filesAgain(
      ReadPass first,
      Promised now,
      Poisoned poisoned,
      Predicate<TensorId> wanted,
      Map<Long, Long> kept,
      Map<Long, byte[]> known) {
    Set<String> read = new HashSet<>();
    Planner.plan(now.checkpoints(), cuts, wanted)
        .forEach(task -> task.splits().forEach(split -> read.add(split.file().uri())));
    byte[] poison = FileOutcome.of(ReadFault.POISON, 0).toBytes();
    Map<Long, Long> keptFiles = Reopening.keptFiles(first, now.checks());
    List<HashedFile> again = new ArrayList<>();
    for (HashedFile file : now.checks().files()) {
      if (poisoned.files().contains(file.file().uri())) {
        known.put(file.toKey(), poison);
        keptFiles.values().remove(file.toKey());
      } else if (read.contains(file.file().uri()) || !keptFiles.containsValue(file.toKey())) {
        again.add(file);
        keptFiles.values().remove(file.toKey());
      }
    }
    kept.putAll(keptFiles);
    return again;
  }

  private JavaPairRDD<Long, byte[]> kept(Map<Long, Long> newKeys) {
    Broadcast<HashMap<Long, Long>> keys = context.broadcast(new HashMap<>(newKeys));
    return persisted
        .get(0)
        .filter(outcome -> keys.value().containsKey(outcome._1()))
        .mapToPair(outcome -> new Tuple2<>(keys.value().get(outcome._1()), outcome._2()));
  }

  private JavaPairRDD<Long, byte[]> known(Map<Long, byte[]> outcomes) {
    List<Tuple2<Long, byte[]>> rows = new ArrayList<>();
    outcomes.forEach((key, outcome) -> rows.add(new Tuple2<>(key, outcome)));
    return context.parallelizePairs(rows, 1);
  }

  @Override
  public void close() {
    PoisonedFiles.forget(context);
    persisted.forEach(JavaPairRDD::unpersist);
  }
}
