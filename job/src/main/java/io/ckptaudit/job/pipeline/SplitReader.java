package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.ReadFailure;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.io.FileBudgetException;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.ReadFailedException;
import io.ckptaudit.job.plan.HashedFile;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.arrow.SpanCounter;
import io.ckptaudit.udfs.arrow.TaskMemory;
import io.ckptaudit.udfs.number.DType;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Reads the splits of one task, one after the other, through Arrow memory, by blocks that
 * neighbouring splits share. Holds a few blocks and one counter per dtype, whatever the size of the
 * checkpoint.
 *
 * <p>A split of which a block cannot be read, for a reason that may pass, is read again alone and
 * from its start, on a file opened anew, so that a fault costs only the tensors it is in.
 */
final class SplitReader implements TaskReader {

  /** Of one split, the one in a shared block included. */
  private static final int READINGS = 3;

  /** Enough if a reader makes several in one reading, as those of stores do. */
  private static final int ATTEMPTS = 8;

  private static final long PAUSE_MILLIS = 200;

  private static final System.Logger LOG = System.getLogger(SplitReader.class.getName());

  private final BlockReader.Opener files;
  private final TaskMemory memory;
  private final ReadPlan plan;
  private final SplitCounters newCounters;
  private final Map<DType, SpanCounter> counters = new EnumMap<>(DType.class);
  private final FileBudget.Clock clock;
  private final List<SplitCursor> abandoned = new ArrayList<>();
  private List<Split> splits = List.of();
  private final Set<FileEntry> refused = new HashSet<>();
  private final Map<Long, FileOutcome> finished = new HashMap<>();
  private List<HashedFile> whole = List.of();
  private SplitCursor cursor;

  /** Of tasks that are parts of one, and in the same file as a rule. */
  private BlockReader kept;

  SplitReader(
      BlockReader.Opener files, TaskMemory memory, ReadPlan plan, SplitCounters newCounters) {
    this.files = files;
    this.newCounters = newCounters;
    this.memory = memory;
    this.plan = plan;
    this.clock = plan.budget().clock(System::nanoTime);
  }

  /** Begins to read these splits, which are then asked for in this order. */
  void begin(List<Split> wanted) throws IOException {
    begin(new ReadTask(new ArrayList<>(wanted)));
  }

  @Override
  public List<Split> begin(ReadTask task) throws IOException {
    closeCursors();
    finished.clear();
    refused.clear();
    for (HashedFile file : task.files()) {
      if (!plan.budget().covers(file.file())) {
        refused.add(file.file());
        finished.put(file.toKey(), FileOutcome.of(ReadFault.INCOMPLETE_BUDGET, 0));
      }
    }
    splits =
        task.splits().stream()
            .filter(split -> plan.budget().covers(split) && !refused.contains(split.file()))
            .toList();
    whole = task.files().stream().filter(file -> !refused.contains(file.file())).toList();
    cursor = cursor(splits, whole, plan);
    return task.splits();
  }

  private SplitCursor cursor(List<Split> wanted, List<HashedFile> files, ReadPlan how) {
    BlockPlan blocks = new BlockPlan(wanted, how::bytesAtOnce);
    if (files.isEmpty()) {
      Stream<FileEntry> of = wanted.stream().map(Split::file);
      return new SplitCursor(source(blocks, of, how), memory, null, clock);
    }
    FileDigester digester =
        new FileDigester(files, newCounters::newDigests, () -> newReader(how.buffered()));
    Stream<FileEntry> of = files.stream().map(HashedFile::file);
    Iterator<Block> all = new WholeFileBlocks(blocks, files, how::bytesAtOnce);
    return new SplitCursor(source(all, of, how), memory, digester, clock);
  }

  @Override
  public Map<Long, FileOutcome> finish(Runnable beforeEachBlock) throws IOException {
    finished.putAll(cursor.finish(beforeEachBlock));
    return finished;
  }

  private BlockReader newReader(ReadPlan how) {
    return new BlockReader(files, memory, how);
  }

  private BlockSource source(Iterator<Block> blocks, Stream<FileEntry> of, ReadPlan how) {
    if (of.anyMatch(how::readsAhead)) {
      return new ReadAhead(blocks, how.inFlight(), () -> newReader(how));
    }
    if (how.forward()) {
      kept = kept == null ? newReader(how) : kept;
      return BlockSource.ofOpen(blocks, kept);
    }
    return BlockSource.of(blocks, newReader(how));
  }

  /** On a file opened anew, in memory of its own: blocks of the others are still in use. */
  private SplitCursor alone(Split split) {
    ReadPlan how = plan.buffered();
    BlockPlan blocks = new BlockPlan(List.of(split), how::bytesAtOnce);
    BlockSource source =
        how.readsAhead(split.file())
            ? new ReadAhead(blocks, how.inFlight(), () -> newReader(how))
            : BlockSource.of(blocks, newReader(how));
    return new SplitCursor(source, memory, null, clock);
  }

  @Override
  public byte[] outcome(Split split) {
    try {
      return SplitOutcome.of(read(split));
    } catch (IOException | RuntimeException e) {
      // What a task that ended did not read is no news.
      LOG.log(
          Thread.currentThread().isInterrupted() ? Level.DEBUG : Level.WARNING,
          "Cannot read "
              + split.bytes()
              + " bytes at "
              + split.offset()
              + " of "
              + Quoted.whole(split.file().uri()),
          e);
      return SplitOutcome.of(ReadFailure.of(e));
    }
  }

  /**
   * What is learnt of the next split.
   *
   * @throws FileBudgetException if its file is over its budget
   * @throws ReadFailedException if it could not be read in all attempts
   */
  CountedSplit read(Split split) throws IOException {
    plan.budget().verify(split);
    if (refused.contains(split.file())) {
      throw new FileBudgetException(split.file(), "it was given up");
    }
    SpanCounter counter = counters.computeIfAbsent(split.dtype(), newCounters::counter);
    try {
      return cursor.count(split, counter, newCounters.slices(split));
    } catch (FileBudgetException e) {
      passOver(split);
      throw e;
    } catch (IOException e) {
      if (plan.forward()) {
        goOnAfter(split);
      }
      return readAgain(split, counter, e);
    }
  }

  /** Where nothing is read ahead, the rest of a split that failed is not read to no purpose. */
  private void goOnAfter(Split failed) {
    abandoned.add(cursor);
    splits = splits.stream().dropWhile(split -> split != failed).skip(1).toList();
    cursor = cursor(splits, whole, plan);
  }

  /** Whether nothing of a file is read any more, since it took too long. */
  boolean hasGivenUp(FileEntry file) {
    return refused.contains(file);
  }

  /** To be called when nothing is read for a while. */
  void rest() throws IOException {
    if (kept != null) {
      kept.rest();
    }
  }

  private CountedSplit readAgain(Split split, SpanCounter counter, IOException first)
      throws IOException {
    IOException failure = first;
    int attempts = 0;
    for (int reading = 1; ReadFault.of(failure).isTransient(); reading++) {
      attempts += failure instanceof ReadFailedException read ? read.attempts() : 1;
      if (reading >= READINGS || attempts >= ATTEMPTS && reading > 1) {
        long at = failure instanceof ReadFailedException read ? read.position() : split.offset();
        throw new ReadFailedException(split.file(), at, attempts, failure);
      }
      pause(reading);
      try (SplitCursor alone = alone(split)) {
        return alone.count(split, counter, newCounters.slices(split));
      } catch (IOException e) {
        failure = e;
      }
    }
    throw failure;
  }

  /**
   * Goes on with the splits of other files. Reads of this one that are on their way end by
   * themselves, and nobody waits for them before the task ends.
   */
  private void passOver(Split from) {
    FileEntry file = from.file();
    refused.add(file);
    finished.putAll(cursor.giveUp(file));
    abandoned.add(cursor);
    splits =
        splits.stream()
            .dropWhile(split -> split != from)
            .filter(split -> !split.file().equals(file))
            .toList();
    whole =
        whole.stream()
            .dropWhile(other -> !other.file().equals(file))
            .filter(other -> !other.file().equals(file))
            .toList();
    cursor = cursor(splits, whole, plan);
  }

  /** Before another attempt. */
  static void pause(int reading) throws InterruptedIOException {
    long millis = PAUSE_MILLIS << (reading - 1);
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(
          "Cannot read on: interrupted in a pause of %s ms before another attempt; look for what ended the task"
              .formatted(millis));
    }
  }

  private void closeCursors() throws IOException {
    if (cursor != null) {
      abandoned.add(cursor);
    }
    cursor = null;
    List<SplitCursor> closed = List.copyOf(abandoned);
    abandoned.clear();
    Closeables.closeAll(closed);
  }

  @Override
  public void close() throws IOException {
    List<Closeable> all = new ArrayList<>();
    counters.values().forEach(counter -> all.add(counter::close));
    all.add(this::closeCursors);
    if (kept != null) {
      all.add(kept);
    }
    Closeables.closeAll(all);
    counters.clear();
  }
}
