package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.CheckpointFindings;
import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.Gathering;
import io.ckptaudit.job.audit.ModelFindings;
import io.ckptaudit.job.audit.Policy;
import io.ckptaudit.job.audit.TensorSubject;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.ReadFailure;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.Unaudited;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.job.report.CheckpointSummary;
import io.ckptaudit.job.report.FileChecksum;
import io.ckptaudit.job.report.LayerSummary;
import io.ckptaudit.job.report.RunVerdict;
import io.ckptaudit.udfs.state.CountedState;
import io.ckptaudit.udfs.state.TensorState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
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
  private final Map<RunFile, FileBytes> bytesOfFiles = new HashMap<>();
  private final Map<Integer, Long> unreadTensors = new HashMap<>();
  private List<Tuple2<Integer, LayerSummary>> groups = List.of();
  private final List<FileChecks.Checked> checked;
  private long bytesRead;

  /** A shard of a checkpoint of the run. */
  record RunFile(int checkpoint, String name) {}

  private RunFindings(
      List<Checkpoint> checkpoints, AuditedModels models, List<FileChecks.Checked> checked) {
    this.checked = checked;
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
      List<FileChecks.Checked> checked) {
    RunFindings run = new RunFindings(checkpoints, models, checked);
    run.gathered = tables.gathered();
    run.addFaults(faults);
    run.addChecks();
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
              .judge(unread(id, subject, SplitOutcome.failure(outcome), faults))
              .ifPresent(gathered::add);
          bytesRead -= bytesOf(id);
          subject.shards().forEach(name -> unread.add(new RunFile(id.checkpoint(), name)));
          unreadTensors.merge(id.checkpoint(), 1L, Long::sum);
        });
  }

  private Finding unread(
      TensorId id, TensorSubject subject, ReadFailure failure, SortedMap<TensorId, byte[]> faults) {
    if (failure.fault() != ReadFault.INCOMPLETE_BUDGET || subject.shards().isEmpty()) {
      return Finding.ofUnread(subject, failure);
    }
    FileBytes of =
        bytesOfFiles.computeIfAbsent(
            new RunFile(id.checkpoint(), subject.shards().get(0)),
            file -> FileBytes.of(file, checkpoints.get(file.checkpoint()), faults.keySet()));
    return Finding.ofUnread(subject, failure, of.read(), of.all());
  }

  /**
   * Bytes of weights in a file.
   *
   * @param read those of tensors that have figures
   */
  private record FileBytes(long read, long all) {

    static FileBytes of(RunFile file, Checkpoint checkpoint, Set<TensorId> unread) {
      long read = 0;
      long all = 0;
      for (int t = 0; t < checkpoint.tensors().size(); t++) {
        boolean counted = !unread.contains(new TensorId(file.checkpoint(), t));
        for (Slice slice : checkpoint.tensors().get(t).allSlices()) {
          boolean inFile = checkpoint.shards().get(slice.shard()).name().equals(file.name());
          all += inFile ? slice.bytes() : 0;
          read += inFile && counted ? slice.bytes() : 0;
        }
      }
      return new FileBytes(read, all);
    }
  }

  private void addChecks() {
    for (int c = 0; c < checked.size(); c++) {
      for (Problem problem : checked.get(c).problems()) {
        policy.judge(Finding.of(c, problem)).ifPresent(gathered::add);
      }
    }
  }

  /** Of the files of each checkpoint; empty if nobody asked. */
  List<Map<String, FileChecksum>> checksums() {
    return checked.stream().map(FileChecks.Checked::files).toList();
  }

  /** What is read for a tensor: nothing, if it is read as another one. */
  private long bytesOf(TensorId id) {
    return models.isReadAsAnother(id)
        ? 0
        : models.subject(id).entry().allSlices().stream().mapToLong(Slice::bytes).sum();
  }

  private void addModels(JavaPairRDD<String, byte[]> groupStates) {
    Map<Integer, List<CountedState>> states = modelStates(groupStates);
    for (int i = 0; i < checkpoints.size(); i++) {
      int index = i;
      Checkpoint checkpoint = checkpoints.get(i);
      checkpoint
          .problems()
          .forEach(problem -> policy.judge(Finding.of(index, problem)).ifPresent(gathered::add));
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

  RunVerdict verdict(Publication publication) {
    return publication.verdict(findings, bytesRead, summaries());
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
          CheckpointSummary.of(
              checkpoints.get(i),
              unaudited,
              layers.get(i),
              found.get(i),
              checked.isEmpty() ? null : checked.get(i).summary()));
    }
    return summaries;
  }
}
