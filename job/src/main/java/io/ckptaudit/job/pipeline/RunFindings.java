package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.CheckpointFindings;
import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.Gathering;
import io.ckptaudit.job.audit.ModelFindings;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.audit.TensorSubject;
import io.ckptaudit.job.audit.Verdict;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.Unaudited;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.job.report.CheckpointSummary;
import io.ckptaudit.job.report.LayerSummary;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.job.report.Table;
import io.ckptaudit.udfs.state.CountedState;
import io.ckptaudit.udfs.state.TensorState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.apache.spark.api.java.JavaPairRDD;
import scala.Tuple2;

/** Everything found in a run, gathered on the driver, and the verdict that follows. */
final class RunFindings {

  private final List<Checkpoint> checkpoints;
  private final AuditedModels models;
  private final Policy policy;
  private final List<Finding> findings = new ArrayList<>();
  private Gathering gathered;
  private final Set<RunFile> unread = new HashSet<>();
  private final Map<Integer, Long> unreadTensors = new HashMap<>();
  private List<Tuple2<Integer, LayerSummary>> groups = List.of();
  private long bytesRead;

  /** A shard of a checkpoint of the run. */
  record RunFile(int checkpoint, String name) {}

  private RunFindings(List<Checkpoint> checkpoints, AuditedModels models) {
    this.checkpoints = checkpoints;
    this.models = models;
    this.policy = models.criteria().policy();
  }

  static RunFindings of(
      List<Checkpoint> checkpoints,
      AuditedModels models,
      ReportTables tables,
      JavaPairRDD<String, byte[]> groupStates,
      SortedMap<TensorId, byte[]> faults,
      AuditRequest request) {
    RunFindings run = new RunFindings(checkpoints, models);
    run.gathered = tables.gathered();
    run.addFaults(faults);
    run.addModels(groupStates);
    run.findings.addAll(run.gathered.findings());
    run.findings.sort(Finding.ORDER);
    run.groups = tables.summaries();
    return run;
  }

  private void addFaults(SortedMap<TensorId, byte[]> faults) {
    for (int c = 0; c < checkpoints.size(); c++) {
      for (int t = 0; t < checkpoints.get(c).tensors().size(); t++) {
        bytesRead += bytesOf(new TensorId(c, t));
      }
    }
    faults.forEach(
        (id, outcome) -> {
          TensorSubject subject = models.subject(id);
          policy
              .judge(Finding.ofUnread(subject, SplitOutcome.fault(outcome)))
              .ifPresent(gathered::add);
          bytesRead -= bytesOf(id);
          subject.shards().forEach(name -> unread.add(new RunFile(id.checkpoint(), name)));
          unreadTensors.merge(id.checkpoint(), 1L, Long::sum);
        });
  }

  /** What is read for a tensor: nothing, if it is read as another one. */
  private long bytesOf(TensorId id) {
    return models.isReadAsAnother(id)
        ? 0
        : models.subject(id).entry().slices().stream().mapToLong(Slice::bytes).sum();
  }

  private void addModels(JavaPairRDD<String, byte[]> groupStates) {
    Map<Integer, List<CountedState>> states = modelStates(groupStates);
    for (int i = 0; i < checkpoints.size(); i++) {
      int index = i;
      Checkpoint checkpoint = checkpoints.get(i);
      checkpoint
          .problems()
          .forEach(problem -> policy.judge(Finding.of(index, problem)).ifPresent(findings::add));
      List<Finding> found =
          new ArrayList<>(
              ModelFindings.of(i, checkpoint, states.getOrDefault(i, List.of()), models.tables()));
      found.addAll(CheckpointFindings.of(i, checkpoint, gathered, models.criteria()));
      policy.judge(found).forEach(gathered::add);
    }
  }

  /** The merged states of whole models, by checkpoint. */
  private Map<Integer, List<CountedState>> modelStates(JavaPairRDD<String, byte[]> groupStates) {
    Set<Long> keys = new HashSet<>();
    for (int i = 0; i < checkpoints.size(); i++) {
      keys.add(models.modelOf(i).toKey());
    }
    Map<Integer, List<CountedState>> states = new HashMap<>();
    for (Tuple2<String, byte[]> state :
        groupStates
            .filter(group -> keys.contains(GroupId.ofPartKey(group._1()).toKey()))
            .collect()) {
      if (TensorState.fromBytes(state._2()) instanceof CountedState counts) {
        int checkpoint = GroupId.ofPartKey(state._1()).checkpoint();
        states.computeIfAbsent(checkpoint, none -> new ArrayList<>()).add(counts);
      }
    }
    return states;
  }

  List<Finding> findings() {
    return findings;
  }

  /** Shards of which something could not be read, by checkpoint. */
  Map<Integer, Set<String>> unreadFiles() {
    Map<Integer, Set<String>> files = new HashMap<>();
    for (RunFile file : unread) {
      files.computeIfAbsent(file.checkpoint(), none -> new HashSet<>()).add(file.name());
    }
    return files;
  }

  RunVerdict verdict(AuditRequest request, Instant started) {
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
        bytesRead,
        request.config(),
        summaries());
  }

  private List<CheckpointSummary> summaries() {
    List<List<LayerSummary>> layers = new ArrayList<>();
    List<List<Finding>> found = new ArrayList<>();
    checkpoints.forEach(
        checkpoint -> {
          layers.add(new ArrayList<>());
          found.add(new ArrayList<>());
        });
    groups.forEach(group -> layers.get(group._1()).add(group._2()));
    findings.forEach(finding -> found.get(finding.checkpoint()).add(finding));
    Map<Integer, Set<String>> unreadFiles = unreadFiles();
    List<CheckpointSummary> summaries = new ArrayList<>();
    for (int i = 0; i < checkpoints.size(); i++) {
      Unaudited unaudited =
          checkpoints
              .get(i)
              .unaudited()
              .and(unreadFiles.getOrDefault(i, Set.of()), unreadTensors.getOrDefault(i, 0L));
      summaries.add(
          CheckpointSummary.of(checkpoints.get(i), unaudited, layers.get(i), found.get(i)));
    }
    return summaries;
  }
}
