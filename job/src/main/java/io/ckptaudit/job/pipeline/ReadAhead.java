package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.LabelledThreads;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Fetches the next blocks of a task while one is counted, so that a store's latency and counting
 * overlap. Owns so many threads as reads may be in flight, and a reader with its buffer more: the
 * one whose block is being counted.
 */
final class ReadAhead implements BlockSource {

  /** Name of the threads. */
  static final String THREADS = "ckpt-audit read ahead";

  private final Iterator<Block> blocks;
  private final ExecutorService threads;
  private final List<BlockReader> readers = new ArrayList<>();
  private final Deque<BlockReader> idle = new ArrayDeque<>();
  private final Deque<Pending> pending = new ArrayDeque<>();
  private Held held;

  private record Pending(BlockReader reader, Future<FetchedBlock> block) {}

  private record Held(BlockReader reader, FetchedBlock block) {}

  ReadAhead(Iterator<Block> blocks, int inFlight, Supplier<BlockReader> newReader) {
    this.blocks = blocks;
    this.threads = LabelledThreads.pool(inFlight, THREADS);
    for (int i = 0; i <= inFlight; i++) {
      readers.add(newReader.get());
    }
    idle.addAll(readers);
    fill();
  }

  /** One reader stays idle while a block is held, none else as long as there are blocks. */
  private void fill() {
    while (pending.size() < readers.size() - 1 && blocks.hasNext()) {
      BlockReader reader = idle.removeFirst();
      Block block = blocks.next();
      pending.addLast(new Pending(reader, threads.submit(() -> reader.fetch(block))));
    }
  }

  @Override
  public Optional<FetchedBlock> next() throws IOException {
    release();
    if (pending.isEmpty()) {
      return Optional.empty();
    }
    FetchedBlock block = fetched(pending.getFirst().block());
    held = new Held(pending.removeFirst().reader(), block);
    fill();
    return Optional.of(block);
  }

  private void release() {
    if (held != null) {
      held.block().release();
      idle.addLast(held.reader());
      held = null;
    }
  }

  private static FetchedBlock fetched(Future<FetchedBlock> block) throws IOException {
    try {
      return block.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted while waiting for a block");
    } catch (ExecutionException e) {
      throw new IllegalStateException("Cannot read ahead: " + e.getCause(), e.getCause());
    }
  }

  /**
   * {@inheritDoc} Reads in flight are interrupted. Should one not end all the same, its memory is
   * not given back, and the task says so: better a leak than a write into memory that is somebody
   * else's by then.
   */
  @Override
  public void close() throws IOException {
    if (ended(threads)) {
      release();
      releaseUnclaimed();
      Closeables.closeAll(readers);
    }
  }

  /** Blocks that were fetched and never asked for. */
  private void releaseUnclaimed() throws IOException {
    for (Pending unclaimed : pending) {
      Future<FetchedBlock> block = unclaimed.block();
      if (block.isDone() && !block.isCancelled()) {
        fetched(block).release();
      }
    }
    pending.clear();
  }

  /**
   * Whether threads end that are interrupted: waits a minute even if this thread is interrupted, as
   * that of a killed task is.
   */
  static boolean ended(ExecutorService threads) {
    threads.shutdownNow();
    boolean interrupted = false;
    long deadline = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
    try {
      while (true) {
        try {
          return threads.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
