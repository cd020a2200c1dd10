/**
 * What a checkpoint is: shards, tensors, slices, and what is wrong with them, from headers and
 * indexes alone. A package per file format beside it implements {@link
 * io.ckptaudit.job.checkpoint.CheckpointReader}; this one knows none of them.
 */
package io.ckptaudit.job.checkpoint;
