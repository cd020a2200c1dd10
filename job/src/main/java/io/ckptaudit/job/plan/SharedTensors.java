package io.ckptaudit.job.plan;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.udfs.number.DType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tensors of a checkpoint that are the same bytes in the same order under several names, such as an
 * embedding and the head tied to it: the first is read, and what is learnt of it holds for all.
 */
public final class SharedTensors {

  private record Contents(DType dtype, List<Slice> slices, List<List<Slice>> copies) {}

  private final Map<Integer, List<Integer>> others = new HashMap<>();
  private final Map<Integer, Integer> firsts = new HashMap<>();

  private SharedTensors() {}

  public static SharedTensors of(Checkpoint checkpoint) {
    SharedTensors shared = new SharedTensors();
    Map<Contents, Integer> seen = new HashMap<>();
    for (int i = 0; i < checkpoint.tensors().size(); i++) {
      TensorEntry tensor = checkpoint.tensors().get(i);
      Contents contents = new Contents(tensor.dtype(), tensor.slices(), tensor.copies());
      Integer first = seen.putIfAbsent(contents, i);
      if (first != null && tensor.elements() > 0) {
        shared.firsts.put(i, first);
        shared.others.computeIfAbsent(first, none -> new ArrayList<>()).add(i);
      }
    }
    return shared;
  }

  /** Whether a tensor is read as another one. */
  public boolean isReadAsAnother(int tensor) {
    return firsts.containsKey(tensor);
  }

  /** The tensors that are read as this one is, without itself. */
  public List<Integer> readWith(int tensor) {
    return others.getOrDefault(tensor, List.of());
  }

  public boolean isEmpty() {
    return others.isEmpty();
  }
}
