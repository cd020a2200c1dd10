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
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Kernels chosen, tested and compiled in the background while Spark starts: in local mode the first
 * tasks would else wait for that, and read a large checkpoint at the speed of an interpreter.
 */
public final class WarmKernels implements AutoCloseable {

  /** Less is read before the optimizing compiler is done. */
  private static final long WORTH_IT = 256L << 20;

  /** As much as is counted in one go. */
  private static final int BLOCK = 1 << 20;

  /** Of several blocks, since most of them meet a tensor whose extremes are known by then. */
  private static final int SPLIT = 4 * BLOCK;

  /** Bytes of a tensor of norms, whose codes are not looked for among all there are. */
  private static final int FEW = 4096;

  /** Of a task, the first of which has slices. */
  private static final int SPLITS = 4;

  /** Of values, which are used again and again. */
  private static final int VALUES = 1 << 16;

  /** Enough for the optimizing compiler to have its say of what is done once for each split. */
  private static final int TASKS = 128;

  private static final int SLICE_ELEMENTS = 4096;

  /** Standard deviation of weights. */
  private static final double DEVIATION = 0.02;

  /** From one largest value to the next. */
  private static final double GROWTH = 1.01;

  private final Set<Target> targets;
  private final int tasks;
  private final Background work;
  private volatile boolean closed;

  WarmKernels(List<DType> dtypes, Set<Target> targets, int tasks) {
    this.targets = targets;
    this.tasks = tasks;
    work = Background.start("warm-kernels", () -> dtypes.forEach(this::count));
  }

  /**
   * Begins with the dtypes of checkpoints, if these are large, the one with the most bytes first;
   * what goes wrong will go wrong in a task again.
   */
  public static WarmKernels begin(List<Checkpoint> checkpoints, Set<Target> targets) {
    Map<DType, Long> bytes = bytes(checkpoints);
    boolean worthIt = isWorthIt(checkpoints);
    List<DType> dtypes =
        bytes.keySet().stream()
            .filter(dtype -> worthIt && isWarmed(dtype))
            .sorted(Comparator.comparing(bytes::get, Comparator.reverseOrder()))
            .toList();
    return new WarmKernels(dtypes, targets, TASKS);
  }

  /** Whether so much is read that tasks need be fast. */
  static boolean isWorthIt(List<Checkpoint> checkpoints) {
    return bytes(checkpoints).values().stream().mapToLong(Long::longValue).sum() >= WORTH_IT;
  }

  private static Map<DType, Long> bytes(List<Checkpoint> checkpoints) {
    Map<DType, Long> bytes = new EnumMap<>(DType.class);
    for (Checkpoint checkpoint : checkpoints) {
      for (TensorEntry tensor : checkpoint.tensors()) {
        bytes.merge(tensor.dtype(), tensor.bytes(), Long::sum);
      }
    }
    return bytes;
  }

  /** Scales of blocks, which have no sign, are few beside what they scale. */
  static boolean isWarmed(DType dtype) {
    return dtype.isFloating()
        && dtype.bits() % Byte.SIZE == 0
        && dtype.bits() <= Integer.SIZE
        && dtype.format().isSigned();
  }

  /** Everything a task does, on a file that is in memory. */
  private void count(DType dtype) {
    FileEntry file =
        new FileEntry("file:/in-memory", "in-memory", SPLITS * (long) SPLIT + FEW, false, true, "");
    ByteBuffer content = weights(dtype);
    try (TaskMemory memory = TaskMemory.open("warm kernels of " + dtype);
        SplitReader reader =
            new SplitReader(
                (entry, policy) -> new InMemory(entry.length(), content),
                memory,
                new ReadPlan(ReadChoice.BUFFERED, BLOCK, 1),
                new Counters(targets))) {
      List<ReadTask> repeated = Collections.nCopies(tasks, task(dtype, file));
      TensorOutcomes outcomes =
          new TensorOutcomes(repeated.iterator(), reader, read -> {}, () -> {});
      while (!closed && outcomes.hasNext()) {
        outcomes.next();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns when all memory is given back. */
  @Override
  public void close() {
    closed = true;
    await();
  }

  /** Why it ended early, null if it did not. */
  Throwable await() {
    return work.await();
  }

  private static ReadTask task(DType dtype, FileEntry file) {
    ArrayList<Split> splits = new ArrayList<>();
    for (int tensor = 0; tensor < SPLITS; tensor++) {
      long offset = tensor * (long) SPLIT;
      splits.add(new Split(new TensorId(0, tensor), dtype, file, offset, SPLIT, 0, 0));
    }
    long end = SPLITS * (long) SPLIT;
    splits.add(new Split(new TensorId(0, SPLITS), dtype, file, end, FEW, 0, 0));
    return new ReadTask(splits);
  }

  /**
   * Values like those of weights: every branch goes the ways it will. In the first half each
   * repetition has a value beyond those before, in the second none has.
   */
  private static ByteBuffer weights(DType dtype) {
    ByteBuffer content = ByteBuffer.allocateDirect(SPLIT).order(ByteOrder.LITTLE_ENDIAN);
    Random random = new Random(1);
    byte[] values = new byte[VALUES];
    ByteBuffer codes = ByteBuffer.wrap(values).order(ByteOrder.LITTLE_ENDIAN);
    while (codes.hasRemaining()) {
      put(codes, dtype, random.nextGaussian() * DEVIATION);
    }
    for (double largest = 1; content.hasRemaining(); largest *= GROWTH) {
      content.put(values);
      if (content.position() <= SPLIT / 2) {
        put(
            content.duplicate().order(ByteOrder.LITTLE_ENDIAN).position(content.position() - 8),
            dtype,
            largest);
      }
    }
    return content.rewind();
  }

  private static void put(ByteBuffer codes, DType dtype, double value) {
    int code = (int) dtype.format().round(value);
    switch (dtype.bits()) {
      case Byte.SIZE -> codes.put((byte) code);
      case Short.SIZE -> codes.putShort((short) code);
      default -> codes.putInt(code);
    }
  }

  private record Counters(Set<Target> targets) implements SplitCounters {
    @Override
    public SpanCounter counter(DType dtype) {
      return new SplitCounter(dtype, new KernelConversions(), targets);
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
