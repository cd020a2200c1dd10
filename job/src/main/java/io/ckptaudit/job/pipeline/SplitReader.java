package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.RangeReader;
import io.ckptaudit.job.io.ReadPolicy;
import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.arrow.Span;
import io.ckptaudit.udfs.arrow.SplitCounter;
import io.ckptaudit.udfs.arrow.TaskMemory;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.state.TensorState;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.MappedByteBuffer;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads the splits of one task, one after the other, through Arrow memory: a local file by mapped
 * windows without a copy, anything else into one pooled buffer. Holds one file open, one span, and
 * one counter per dtype, whatever the size of the checkpoint.
 */
final class SplitReader implements AutoCloseable {

  /** A mapped window: large enough that mapping costs little, small against the limit of Arrow. */
  private static final int WINDOW = 16 << 20;

  private static final int ATTEMPTS = 3;
  private static final long PAUSE_MILLIS = 100;

  /** A read of a remote file: about what fits in a core's cache. */
  private static final int BLOCK = 1 << 20;

  /** Both are cut so that every dtype has whole elements in them. */
  private static final int GRAIN = 24;

  private final Storages storages;
  private final TaskMemory memory;
  private final Function<DType, SplitCounter> newCounter;
  private final Map<DType, SplitCounter> counters = new EnumMap<>(DType.class);
  private FileEntry file;
  private RangeReader reader;
  private Span block;

  SplitReader(Storages storages, TaskMemory memory, Function<DType, SplitCounter> newCounter) {
    this.storages = storages;
    this.newCounter = newCounter;
    this.memory = memory;
  }

  /**
   * The state of a split. A read that fails for a reason that may pass is tried again from the
   * start of the split, on a file opened anew.
   */
  TensorState read(Split split) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        return readOnce(split);
      } catch (IOException e) {
        closeFile();
        if (attempt == ATTEMPTS || !ReadFault.of(e).isTransient()) {
          throw e;
        }
        pause(attempt);
      }
    }
  }

  private static void pause(int attempt) throws InterruptedIOException {
    try {
      Thread.sleep(PAUSE_MILLIS << attempt);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Interrupted between two attempts to read");
    }
  }

  private TensorState readOnce(Split split) throws IOException {
    SplitCounter counter = counters.computeIfAbsent(split.dtype(), newCounter);
    counter.reset();
    if (split.bytes() > 0) {
      open(split.file());
      readInto(counter, split);
    }
    return counter.finish(split.firstElement(), split.bytesAfter());
  }

  private void open(FileEntry wanted) throws IOException {
    if (!wanted.equals(file)) {
      closeFile();
      reader = storages.forUri(wanted.uri()).open(wanted, ReadPolicy.SEQUENTIAL);
      file = wanted;
    }
  }

  private void readInto(SplitCounter counter, Split split) throws IOException {
    long position = split.offset();
    long end = position + split.bytes();
    while (position < end) {
      long left = end - position;
      Optional<MappedByteBuffer> window = reader.map(position, atMost(left, WINDOW));
      int length = window.isPresent() ? window.get().remaining() : atMost(left, BLOCK);
      if (window.isPresent()) {
        countMapped(counter, window.get(), length);
      } else {
        Span target = block();
        reader.readFully(position, target.view(0, length));
        counter.add(target, length);
      }
      position += length;
    }
  }

  private void countMapped(SplitCounter counter, MappedByteBuffer window, int length)
      throws IOException {
    try (Span span = memory.wrap(window)) {
      counter.add(span, length);
    } catch (InternalError e) {
      // How the JVM reports a page of a mapping that is no longer there or cannot be read.
      throw new IOException("Cannot read a mapped window: " + e.getMessage(), e);
    }
  }

  private static int atMost(long bytes, int limit) {
    return (int) Math.min(bytes, limit - limit % GRAIN);
  }

  private Span block() {
    if (block == null) {
      block = memory.allocate(BLOCK);
    }
    return block;
  }

  private void closeFile() throws IOException {
    RangeReader open = reader;
    reader = null;
    file = null;
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void close() throws IOException {
    counters.values().forEach(SplitCounter::close);
    if (block != null) {
      block.close();
      block = null;
    }
    closeFile();
  }
}
