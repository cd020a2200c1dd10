package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.ReadFailure;
import io.ckptaudit.job.io.FileBudgetException;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.LabelledThreads;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.job.plan.TaskParts;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/**
 * Reads several parts of a task in a store at the same time, each by one request and by a thread
 * that counts what arrives while it is in a core's cache. So a store's latency and counting
 * overlap, and a request may be large without memory for it.
 *
 * <p>Tasks with files of which every byte is asked for, in order, are read by a single reader, as
 * are those with local files.
 */
final class PartsReader implements TaskReader {

  /** A request costs as much of both sides as some MiB of bytes. */
  private static final long SMALLEST_PART = 8 << 20;

  /** Parts of a large task for each reader: the last ones to read are not waited for long. */
  private static final int ROUNDS = 2;

  /** So that nothing is left over for a part of its own because parts are of whole elements. */
  private static final long ROUNDING = 1 << 10;

  /** Memory for the outcomes of a part. */
  private static final long OUTCOMES = 8 << 20;

  /** Parts begun or waiting to be asked for, for each that is read. */
  private static final int AHEAD = 2;

  private final ReadPlan plan;
  private final Function<ReadPlan, SplitReader> newReader;
  private final List<SplitReader> readers = new ArrayList<>();
  private final BlockingQueue<SplitReader> idle = new LinkedBlockingQueue<>();
  private final Set<FileEntry> refused = ConcurrentHashMap.newKeySet();
  private final Deque<Future<Deque<byte[]>>> pending = new ArrayDeque<>();
  private Iterator<List<Split>> parts = List.<List<Split>>of().iterator();
  private Deque<byte[]> outcomes = new ArrayDeque<>();
  private ExecutorService threads;
  private volatile boolean ending;
  private SplitReader single;

  /**
   * @param newReader for one part at a time, or for a whole task
   */
  PartsReader(ReadPlan plan, Function<ReadPlan, SplitReader> newReader) {
    this.plan = plan;
    this.newReader = newReader;
  }

  @Override
  public List<Split> begin(ReadTask task) throws IOException {
    closeReaders();
    if (!isInParts(task)) {
      single = newReader.apply(plan);
      return single.begin(task);
    }
    ending = false;
    refused.clear();
    outcomes.clear();
    List<List<Split>> cut = TaskParts.of(task.splits(), partBytes(task), OUTCOMES);
    parts = cut.iterator();
    threads = LabelledThreads.pool(plan.inFlight(), ReadAhead.THREADS);
    for (int i = 0; i < plan.inFlight(); i++) {
      readers.add(newReader.apply(plan.inPart()));
    }
    idle.addAll(readers);
    fill();
    return cut.stream().flatMap(List::stream).toList();
  }

  private static boolean isInParts(ReadTask task) {
    return task.files().isEmpty()
        && !task.splits().isEmpty()
        && task.splits().stream().noneMatch(split -> Storages.isLocal(split.file().uri()));
  }

  private long partBytes(ReadTask task) {
    long share = task.bytes() / ((long) ROUNDS * plan.inFlight()) + ROUNDING;
    return Math.min(Math.max(share, SMALLEST_PART), plan.requestBytes());
  }

  private void fill() {
    while (pending.size() < AHEAD * plan.inFlight() && parts.hasNext()) {
      List<Split> part = parts.next();
      pending.addLast(threads.submit(() -> read(part)));
    }
  }

  private Deque<byte[]> read(List<Split> part) throws IOException, InterruptedException {
    SplitReader reader = idle.take();
    try {
      Deque<byte[]> read = new ArrayDeque<>();
      reader.begin(part);
      for (Split split : part) {
        verifyWanted();
        read.add(outcome(reader, split));
      }
      return read;
    } finally {
      rest(reader);
    }
  }

  private void rest(SplitReader reader) throws IOException {
    try {
      reader.rest();
    } finally {
      idle.add(reader);
    }
  }

  private void verifyWanted() throws InterruptedIOException {
    if (ending) {
      throw new InterruptedIOException(
          "Cannot read on: the task ended in a part of it; look for what ended the task");
    }
  }

  private byte[] outcome(SplitReader reader, Split split) {
    if (refused.contains(split.file())) {
      return SplitOutcome.of(
          ReadFailure.of(new FileBudgetException(split.file(), "it was given up")));
    }
    byte[] outcome = reader.outcome(split);
    if (reader.hasGivenUp(split.file())) {
      refused.add(split.file());
    }
    return outcome;
  }

  @Override
  public byte[] outcome(Split split) throws IOException {
    if (single != null) {
      return single.outcome(split);
    }
    if (outcomes.isEmpty()) {
      outcomes = next(pending.removeFirst());
      fill();
    }
    return outcomes.removeFirst();
  }

  private static Deque<byte[]> next(Future<Deque<byte[]>> part) throws IOException {
    try {
      return part.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(
          "Cannot read on: interrupted while waiting for a part of a task; look for what ended the task");
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Error error) {
        throw error;
      }
      throw new IllegalStateException("Cannot read a part: " + e.getCause(), e.getCause());
    }
  }

  @Override
  public Map<Long, FileOutcome> finish(Runnable beforeEachBlock) throws IOException {
    return single == null ? Map.of() : single.finish(beforeEachBlock);
  }

  /**
   * {@inheritDoc} Reads that are under way are interrupted; should one not end all the same, its
   * memory is not given back, and the task says so.
   */
  @Override
  public void close() throws IOException {
    closeReaders();
  }

  private void closeReaders() throws IOException {
    List<Closeable> closed = new ArrayList<>();
    if (single != null) {
      closed.add(single);
    }
    ending = true;
    if (threads != null && ReadAhead.ended(threads)) {
      closed.addAll(readers);
    }
    single = null;
    threads = null;
    readers.clear();
    idle.clear();
    pending.clear();
    Closeables.closeAll(closed);
  }
}
