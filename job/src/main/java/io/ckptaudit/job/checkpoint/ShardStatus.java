package io.ckptaudit.job.checkpoint;

/** What became of a shard when its header was read. */
public enum ShardStatus {
  OK,
  /** Something is wrong with it; the tensors that can be trusted are audited. */
  DAMAGED,
  /** A stand-in or an interrupted download. */
  NOT_DOWNLOADED,
  /** Another kind of file. */
  NOT_A_CHECKPOINT,
  /** Of a format that is not read. */
  UNSUPPORTED,
  /** Named by the index, but not there. */
  MISSING,
  /** Outside the checkpoint, hence not opened. */
  REFUSED,
  /** Could not be read: rights, I/O, changed meanwhile, not a regular file. */
  UNREADABLE
}
