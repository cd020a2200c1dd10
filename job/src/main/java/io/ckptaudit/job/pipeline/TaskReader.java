package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.Split;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Reads tasks, one after the other. */
interface TaskReader extends Closeable {

  /**
   * Begins a task.
   *
   * @return its splits, or parts of them, in the order in which they are to be asked for
   */
  List<Split> begin(ReadTask task) throws IOException;

  /**
   * What became of the next split, as {@link SplitOutcome} says it. One that cannot be read is an
   * outcome too, and a line in the log.
   */
  byte[] outcome(Split split) throws IOException;

  /** The outcomes of files the task reads whole, by their keys, after its last split. */
  Map<Long, FileOutcome> finish(Runnable beforeEachBlock) throws IOException;

  @Override
  void close() throws IOException;
}
