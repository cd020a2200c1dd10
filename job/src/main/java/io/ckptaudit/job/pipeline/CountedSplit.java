package io.ckptaudit.job.pipeline;

import io.ckptaudit.udfs.state.SliceMagnitudes;
import io.ckptaudit.udfs.state.TensorState;

/**
 * What was learnt of a split, or of a tensor from all of its splits.
 *
 * @param slices null where nobody asks for slices of the tensor
 */
record CountedSplit(TensorState state, SliceMagnitudes slices) {

  CountedSplit merge(CountedSplit other) {
    return new CountedSplit(
        state.merge(other.state), slices == null ? null : slices.merge(other.slices));
  }
}
