package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.arrow.SplitCounter;
import io.ckptaudit.udfs.arrow.TaskMemory;
import io.ckptaudit.udfs.number.DType;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the splits of one task, one after the other, through Arrow memory, by blocks that
 * neighbouring splits share. Holds a few blocks and one counter per dtype, whatever the size of the
 * checkpoint.
 *
 * <p>A split of which a block cannot be read, for a reason that may pass, is read again alone and
 * from its start, on a file opened anew, so that a fault costs only the tensors it is in.
 */
final class SplitReader implements AutoCloseable {

  private static final int ATTEMPTS = 3;
  private static final long PAUSE_MILLIS = 100;

  private final BlockReader.Opener files;
  private final TaskMemory memory;
  private final ReadPlan plan;
  private final SplitCounters newCounters;
  private final Map<DType, SplitCounter> counters = new EnumMap<>(DType.class);
  private SplitCursor cursor;

  SplitReader(
      BlockReader.Opener files, TaskMemory memory, ReadPlan plan, SplitCounters newCounters) {
    this.files = files;
    this.newCounters = newCounters;
    this.memory = memory;
    this.plan = plan;
  }

  /** Begins to read these splits, which are then asked for in this order. */
  void begin(List<Split> splits) throws IOException {
    closeCursor();
    cursor = cursor(splits, plan);
  }

  private SplitCursor cursor(List<Split> splits, ReadPlan how) {
    BlockPlan blocks = new BlockPlan(splits, how::bytesAtOnce);
    boolean ahead = splits.stream().anyMatch(split -> how.readsAhead(split.file()));
    return new SplitCursor(
        ahead
            ? new ReadAhead(blocks, how.inFlight(), () -> new BlockReader(files, memory, how))
            : BlockSource.of(blocks, new BlockReader(files, memory, how)),
        memory);
  }

  /** What is learnt of the next split. */
  CountedSplit read(Split split) throws IOException {
    SplitCounter counter = counters.computeIfAbsent(split.dtype(), newCounters::counter);
    IOException failure;
    try {
      return cursor.count(split, counter, newCounters.slices(split));
    } catch (IOException e) {
      failure = e;
    }
    for (int attempt = 2; attempt <= ATTEMPTS && ReadFault.of(failure).isTransient(); attempt++) {
      pause(attempt);
      try (SplitCursor alone = cursor(List.of(split), plan.unmapped())) {
        return alone.count(split, counter, newCounters.slices(split));
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure;
  }

  private static void pause(int attempt) throws InterruptedIOException {
    try {
      Thread.sleep(PAUSE_MILLIS << (attempt - 1));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted between two attempts to read");
    }
  }

  private void closeCursor() throws IOException {
    SplitCursor open = cursor;
    cursor = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void close() throws IOException {
    counters.values().forEach(SplitCounter::close);
    counters.clear();
    closeCursor();
  }
}
