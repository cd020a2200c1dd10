package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.Split;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.function.Consumer;
import scala.Tuple2;

/**
 * Reads the splits of a task as they are asked for, and gives the outcome of each tensor when its
 * last split in the task is read: it holds one state, however many tensors it touches. Files of
 * which the task reads every byte have outcomes too, under keys of their own.
 *
 * <p>A split that cannot be read is an outcome, not a failed task: the others are still audited.
 */
final class TensorOutcomes implements Iterator<Tuple2<Long, byte[]>> {

  private final Iterator<ReadTask> tasks;
  private final TaskReader reader;
  private final Consumer<Split> read;
  private final Runnable killIfInterrupted;
  private Iterator<Split> splits = Collections.emptyIterator();
  private Split next;
  private boolean begun;

  /** Outcomes of files, which are known when their task ends. */
  private final Queue<Tuple2<Long, byte[]>> files = new ArrayDeque<>();

  TensorOutcomes(
      Iterator<ReadTask> tasks,
      TaskReader reader,
      Consumer<Split> read,
      Runnable killIfInterrupted) {
    this.tasks = tasks;
    this.reader = reader;
    this.read = read;
    this.killIfInterrupted = killIfInterrupted;
    this.next = nextSplit();
  }

  @Override
  public boolean hasNext() {
    return next != null || !files.isEmpty();
  }

  @Override
  public Tuple2<Long, byte[]> next() {
    if (!files.isEmpty()) {
      return files.remove();
    }
    if (next == null) {
      throw new NoSuchElementException();
    }
    long tensor = next.tensor().toKey();
    byte[] merged = null;
    while (next != null && next.tensor().toKey() == tensor) {
      killIfInterrupted.run();
      byte[] outcome = outcome(next);
      merged = merged == null ? outcome : SplitOutcome.merge(merged, outcome);
      read.accept(next);
      next = nextSplit();
    }
    return new Tuple2<>(tensor, merged);
  }

  private Split nextSplit() {
    while (!splits.hasNext() && (begun || tasks.hasNext())) {
      if (begun) {
        end();
      } else {
        ReadTask task = tasks.next();
        splits = begin(task).iterator();
      }
    }
    return splits.hasNext() ? splits.next() : null;
  }

  private void end() {
    begun = false;
    try {
      reader
          .finish(killIfInterrupted)
          .forEach((key, outcome) -> files.add(new Tuple2<>(key, outcome.toBytes())));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<Split> begin(ReadTask task) {
    begun = true;
    try {
      return reader.begin(task);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private byte[] outcome(Split split) {
    try {
      return reader.outcome(split);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
