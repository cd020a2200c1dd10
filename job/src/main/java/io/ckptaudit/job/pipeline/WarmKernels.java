package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.RangeReader;
import io.ckptaudit.job.plan.ReadTask;
import io.ckptaudit.job.plan.Split;
import io.ckptaudit.job.plan.TensorId;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.arrow.SliceCounter;
import io.ckptaudit.udfs.arrow.SpanCounter;
import io.ckptaudit.udfs.arrow.SplitCounter;
import io.ckptaudit.udfs.arrow.TaskMemory;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Kernels chosen, tested and compiled in the background while Spark starts: in local mode the first
 * tasks would else wait for that, and read a large checkpoint at the speed of an interpreter.
 */
public final class WarmKernels implements AutoCloseable {

  /** Less is read before the optimizing compiler is done. */
  private static final long WORTH_IT = 256L << 20;

  /** Of a split: as much as is counted in one go. */
  private static final int SPLIT = 1 << 20;

  /** Of a task, the first of which has slices. */
  private static final int SPLITS = 4;

  /** Enough for the optimizing compiler to have its say of what is done once for each split. */
  private static final int TASKS = 64;

  private static final int SLICE_ELEMENTS = 4096;

  private static final System.Logger LOG = System.getLogger(WarmKernels.class.getName());

  private final Thread thread;
  private volatile boolean closed;
  private volatile Throwable failure;

  WarmKernels(Set<DType> dtypes) {
    thread = new Thread(() -> dtypes.forEach(this::count), "warm-kernels");
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler((of, thrown) -> failed(thrown));
    thread.start();
  }

  /**
   * Begins with the dtypes of checkpoints, if these are large; what goes wrong will go wrong in a
   * task again.
   */
  public static WarmKernels begin(List<Checkpoint> checkpoints) {
    Set<DType> dtypes = EnumSet.noneOf(DType.class);
    long bytes = 0;
    for (Checkpoint checkpoint : checkpoints) {
      for (TensorEntry tensor : checkpoint.tensors()) {
        dtypes.add(tensor.dtype());
        bytes += tensor.bytes();
      }
    }
    dtypes.removeIf(
        dtype ->
            !dtype.isFloating() || dtype.bits() % Byte.SIZE != 0 || dtype.bits() > Integer.SIZE);
    return new WarmKernels(bytes < WORTH_IT ? Set.of() : dtypes);
  }

  /** Everything a task does, on a file that is in memory. */
  private void count(DType dtype) {
    FileEntry file =
        new FileEntry("file:/in-memory", "in-memory", SPLITS * (long) SPLIT, false, true, "");
    ByteBuffer content = weights();
    try (TaskMemory memory = TaskMemory.open("warm kernels of " + dtype);
        SplitReader reader =
            new SplitReader(
                (entry, policy) -> new InMemory(entry.length(), content),
                memory,
                new ReadPlan(ReadChoice.BUFFERED, SPLIT, 1),
                new Counters())) {
      List<ReadTask> tasks = Collections.nCopies(TASKS, task(dtype, file));
      TensorOutcomes outcomes = new TensorOutcomes(tasks.iterator(), reader, read -> {}, () -> {});
      while (!closed && outcomes.hasNext()) {
        outcomes.next();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void failed(Throwable thrown) {
    failure = thrown;
    LOG.log(Level.DEBUG, "Kernels could not be warmed", thrown);
  }

  /** Returns when all memory is given back. */
  @Override
  public void close() {
    closed = true;
    await();
  }

  /** Why it ended early, null if it did not. */
  Throwable await() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return failure;
  }

  private static ReadTask task(DType dtype, FileEntry file) {
    ArrayList<Split> splits = new ArrayList<>();
    for (int tensor = 0; tensor < SPLITS; tensor++) {
      long offset = tensor * (long) SPLIT;
      splits.add(new Split(new TensorId(0, tensor), dtype, file, offset, SPLIT, 0, 0));
    }
    return new ReadTask(splits);
  }

  /** Values like those of weights, in F32 and its upper half: every branch sees what it will. */
  private static ByteBuffer weights() {
    ByteBuffer content = ByteBuffer.allocateDirect(SPLIT).order(ByteOrder.LITTLE_ENDIAN);
    SplittableRandom random = new SplittableRandom(1);
    while (content.hasRemaining()) {
      int magnitude = 0x3C000000 - (random.nextInt(8) << 23) | random.nextInt() & 0x7FFFFF;
      content.putInt(magnitude | random.nextInt() & Integer.MIN_VALUE);
    }
    return content.rewind();
  }

  private static final class Counters implements SplitCounters {
    @Override
    public SpanCounter counter(DType dtype) {
      return new SplitCounter(dtype, new KernelConversions(), EnumSet.noneOf(Target.class));
    }

    @Override
    public Optional<SliceCounter> slices(Split split) {
      return split.offset() > 0
          ? Optional.empty()
          : Optional.of(new SliceCounter(split.dtype(), SLICE_ELEMENTS, 0));
    }
  }

  /** A file of the same bytes again and again. */
  private record InMemory(long length, ByteBuffer content) implements RangeReader {
    @Override
    public void readFully(long position, ByteBuffer target) {
      for (long at = position; target.hasRemaining(); ) {
        int from = (int) (at % content.capacity());
        int bytes = Math.min(target.remaining(), content.capacity() - from);
        target.put(content.slice(from, bytes));
        at += bytes;
      }
    }

    @Override
    public void close() {}
  }
}
