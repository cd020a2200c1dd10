package io.ckptaudit.job.audit;

import io.ckptaudit.job.checkpoint.Role;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.Target;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What the tensors of a checkpoint together say to the rules about the whole: a commutative monoid.
 * Its size depends on the number of experts, and not on the other tensors.
 */
final class CheckpointFacts implements Serializable {

  private static final long serialVersionUID = 1L;

  static final Set<Role> EXPERTS =
      EnumSet.of(Role.EXPERT_GATE, Role.EXPERT_UP, Role.EXPERT_DOWN, Role.EXPERT_GATE_UP);

  private final EnumMap<Target, WorstTensors> overflow = new EnumMap<>(Target.class);
  private final EnumMap<Target, WorstTensors> underflow = new EnumMap<>(Target.class);
  private final TreeMap<Narrowing, Waste> waste = new TreeMap<>();
  private final ArrayList<TensorFacts> ends = new ArrayList<>();
  private final ArrayList<Magnitude> experts = new ArrayList<>();

  /** Stored as one dtype, exact in another. */
  record Narrowing(DType stored, DType narrowest) implements Comparable<Narrowing>, Serializable {
    @Override
    public int compareTo(Narrowing other) {
      int order = stored.compareTo(other.stored);
      return order != 0 ? order : narrowest.compareTo(other.narrowest);
    }
  }

  /** How many tensors, and the bytes that would be saved. */
  record Waste(long tensors, long bytes) implements Serializable {
    Waste plus(Waste other) {
      return new Waste(tensors + other.tensors, Math.addExact(bytes, other.bytes));
    }
  }

  /** The largest magnitude in a tensor. */
  record Magnitude(String tensor, double absMax) implements Serializable {}

  void add(TensorFacts tensor) {
    tensor
        .overflow()
        .forEach((target, count) -> worst(overflow, target).add(tensor.name(), count, true));
    tensor
        .underflow()
        .forEach(
            (target, count) ->
                worst(underflow, target).add(tensor.name(), count, tensor.thin().contains(target)));
    if (tensor.wasted() > 0) {
      waste.merge(
          new Narrowing(tensor.dtype(), tensor.narrowest()),
          new Waste(1, tensor.wasted()),
          Waste::plus);
    }
    if (tensor.role() == Role.EMBED || tensor.role() == Role.HEAD) {
      ends.add(tensor);
    }
    if (EXPERTS.contains(tensor.role()) && tensor.absMax() != null) {
      experts.add(new Magnitude(tensor.name(), tensor.absMax()));
    }
  }

  void addAll(CheckpointFacts other) {
    other.overflow.forEach((target, more) -> worst(overflow, target).addAll(more));
    other.underflow.forEach((target, more) -> worst(underflow, target).addAll(more));
    other.waste.forEach((narrowing, more) -> waste.merge(narrowing, more, Waste::plus));
    ends.addAll(other.ends);
    experts.addAll(other.experts);
  }

  private static WorstTensors worst(EnumMap<Target, WorstTensors> of, Target target) {
    return of.computeIfAbsent(target, none -> new WorstTensors());
  }

  Map<Target, WorstTensors> overflow() {
    return overflow;
  }

  Map<Target, WorstTensors> underflow() {
    return underflow;
  }

  Map<Narrowing, Waste> waste() {
    return waste;
  }

  /** Embeddings and heads, in no order. */
  List<TensorFacts> ends() {
    return ends;
  }

  /** Matrices of experts, in no order. */
  List<Magnitude> experts() {
    return experts;
  }
}
