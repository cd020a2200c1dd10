package io.ckptaudit.job.pipeline;

import io.ckptaudit.udfs.state.SliceMagnitudes;
import io.ckptaudit.udfs.state.TensorState;

/**
 * What was learnt of a split, or of a tensor from all of its splits.
 *
 * @param slices null where nobody asks for slices of the tensor
 * @param crc32 what its bytes contribute to the CRC-32 of those of its tensor; null if that was not
 *     asked for
 */
record CountedSplit(TensorState state, SliceMagnitudes slices, Integer crc32) {

  CountedSplit merge(CountedSplit other) {
    return new CountedSplit(
        state.merge(other.state),
        slices == null || other.slices == null ? null : slices.merge(other.slices),
        crc32 == null || other.crc32 == null ? null : (Integer) (crc32 ^ other.crc32));
  }
}
