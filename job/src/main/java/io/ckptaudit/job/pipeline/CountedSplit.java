package io.ckptaudit.job.pipeline;

import io.ckptaudit.udfs.state.SliceMagnitudes;
import io.ckptaudit.udfs.state.TensorState;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * What was learnt of a split, or of a tensor from all of its splits.
 *
 * @param states by number of the copy of the tensor, the first of which is the tensor itself
 * @param slices null where nobody asks for slices of the tensor
 * @param checksums by number of the slice, what its bytes contribute to their CRC-32; only where
 *     one is recorded
 */
record CountedSplit(
    SortedMap<Integer, TensorState> states,
    SliceMagnitudes slices,
    SortedMap<Integer, Integer> checksums) {

  /** Of the tensor itself; null if only splits of copies are here. */
  TensorState state() {
    return states.get(0);
  }

  CountedSplit merge(CountedSplit other) {
    return new CountedSplit(
        merge(states, other.states, TensorState::merge),
        mergedSlices(other),
        merge(checksums, other.checksums, (a, b) -> a ^ b));
  }

  /** Slices are those of the tensor, whatever was learnt of its copies. */
  private SliceMagnitudes mergedSlices(CountedSplit other) {
    if (state() == null || other.state() == null) {
      return state() == null ? other.slices : slices;
    }
    return slices == null || other.slices == null ? null : slices.merge(other.slices);
  }

  private static <V> SortedMap<Integer, V> merge(
      SortedMap<Integer, V> a, SortedMap<Integer, V> b, BinaryOperator<V> both) {
    SortedMap<Integer, V> merged = new TreeMap<>(a);
    b.forEach((number, value) -> merged.merge(number, value, both));
    return merged;
  }
}
