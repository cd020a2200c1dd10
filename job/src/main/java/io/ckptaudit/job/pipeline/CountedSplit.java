package io.ckptaudit.job.pipeline;

import io.ckptaudit.udfs.state.TensorState;

/**
 * What was learnt of a split.
 *
 * @param crc32 what its bytes contribute to the CRC-32 of those of its tensor; null if that was not
 *     asked for
 */
record CountedSplit(TensorState state, Integer crc32) {}
