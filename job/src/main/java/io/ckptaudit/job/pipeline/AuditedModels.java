package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.audit.AuditCriteria;
import io.ckptaudit.job.audit.GroupInventory;
import io.ckptaudit.job.audit.Slices;
import io.ckptaudit.job.audit.TensorSubject;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.TensorName;
import io.ckptaudit.job.plan.HashedFile;
import io.ckptaudit.job.plan.SharedTensors;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.udfs.arrow.ConversionFunctions;
import io.ckptaudit.udfs.arrow.SliceCounter;
import io.ckptaudit.udfs.arrow.SplitCounter;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.state.FormatTables;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What every task that makes rows needs to know of a run: broadcast once. The groups of a
 * checkpoint are its layers by name, and the model last.
 */
final class AuditedModels implements SplitCounters, Serializable {

  private static final long serialVersionUID = 1L;

  private final ArrayList<Checkpoint> checkpoints;
  private final AuditCriteria criteria;
  private final ConversionFunctions functions;
  private final FileChecks checks;

  private transient volatile List<List<GroupInventory>> groups;
  private transient volatile List<Map<String, Integer>> groupNumbers;
  private transient volatile List<SharedTensors> shared;

  AuditedModels(
      List<Checkpoint> checkpoints,
      AuditCriteria criteria,
      ConversionFunctions functions,
      FileChecks checks) {
    this.checkpoints = new ArrayList<>(checkpoints);
    this.criteria = criteria;
    this.functions = functions;
    this.checks = checks;
  }

  List<Checkpoint> checkpoints() {
    return checkpoints;
  }

  long tensors() {
    return checkpoints.stream().mapToLong(checkpoint -> checkpoint.tensors().size()).sum();
  }

  AuditCriteria criteria() {
    return criteria;
  }

  Map<FloatFormat, FormatTables> tables() {
    return TableCache.of(functions);
  }

  /** A counter of splits of a dtype, with all casts that rows and findings will ask for. */
  @Override
  public SplitCounter counter(DType dtype) {
    return new SplitCounter(dtype, functions, criteria.counted(checkpoints));
  }

  @Override
  public Optional<SliceCounter> slices(Split split) {
    OptionalLong length = Slices.lengthIn(subject(split.tensor()));
    boolean asked = split.copy() == 0 && split.isPlaced() && !Rearrangement.isNeeded(split);
    if (length.isEmpty() || !asked) {
      return Optional.empty();
    }
    // Of each slice of a tensor that is cut along an inner axis, a part has these elements.
    long inPart =
        split.placement() == null
            ? length.getAsLong()
            : length.getAsLong() / split.placement().stride() * split.placement().run();
    long first =
        split.placement() == null
            ? split.firstElement()
            : split.placement().inColumns(split.firstElement());
    return Optional.of(new SliceCounter(split.dtype(), inPart, first));
  }

  @Override
  public FileDigests newDigests(HashedFile file) {
    return checks.newDigests(file);
  }

  TensorSubject subject(TensorId id) {
    return TensorSubject.of(id.checkpoint(), checkpoints.get(id.checkpoint()), id.tensor());
  }

  /** Whether any tensor is read as another one is. */
  boolean sharesTensors() {
    return shared().stream().anyMatch(checkpoint -> !checkpoint.isEmpty());
  }

  /** The tensors that are read as this one is, without itself. */
  List<TensorId> readWith(TensorId id) {
    return shared().get(id.checkpoint()).readWith(id.tensor()).stream()
        .map(tensor -> new TensorId(id.checkpoint(), tensor))
        .toList();
  }

  /** Whether a tensor is read as another one is, and so is no read of its own. */
  boolean isReadAsAnother(TensorId id) {
    return shared().get(id.checkpoint()).isReadAsAnother(id.tensor());
  }

  private List<SharedTensors> shared() {
    List<SharedTensors> found = shared;
    if (found == null) {
      found = checkpoints.stream().map(SharedTensors::of).toList();
      shared = found;
    }
    return found;
  }

  GroupInventory group(GroupId id) {
    return groups().get(id.checkpoint()).get(id.group());
  }

  /** The layer a tensor belongs to; it belongs to the model too. */
  GroupId layerOf(TensorId id) {
    String name = checkpoints.get(id.checkpoint()).tensors().get(id.tensor()).name();
    int layer = groupNumbers().get(id.checkpoint()).get(TensorName.of(name).layer());
    return new GroupId(id.checkpoint(), layer);
  }

  GroupId modelOf(int checkpoint) {
    return new GroupId(checkpoint, groups().get(checkpoint).size() - 1);
  }

  private List<List<GroupInventory>> groups() {
    List<List<GroupInventory>> found = groups;
    if (found == null) {
      found = checkpoints.stream().map(GroupInventory::of).toList();
      groups = found;
    }
    return found;
  }

  private List<Map<String, Integer>> groupNumbers() {
    List<Map<String, Integer>> found = groupNumbers;
    if (found == null) {
      found = groups().stream().map(AuditedModels::number).toList();
      groupNumbers = found;
    }
    return found;
  }

  private static Map<String, Integer> number(List<GroupInventory> groups) {
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < groups.size() - 1; i++) {
      numbers.put(groups.get(i).name(), i);
    }
    return numbers;
  }
}
