package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.TensorEntry;
import io.ckptaudit.udfs.arrow.KernelConversions;
import io.ckptaudit.udfs.arrow.Span;
import io.ckptaudit.udfs.arrow.SplitCounter;
import io.ckptaudit.udfs.arrow.TaskMemory;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.Target;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Kernels chosen, tested and compiled in the background while Spark starts: in local mode the first
 * tasks would else wait for that, and read a large checkpoint at the speed of an interpreter.
 */
public final class WarmKernels {

  private static final int SPAN = 1 << 20;

  /** Enough for the optimizing compiler to have its say. */
  private static final int PASSES = 64;

  private static final System.Logger LOG = System.getLogger(WarmKernels.class.getName());

  private WarmKernels() {}

  /** Begins with the dtypes of checkpoints; what goes wrong will go wrong in a task again. */
  public static void begin(List<Checkpoint> checkpoints) {
    Set<DType> dtypes = EnumSet.noneOf(DType.class);
    for (Checkpoint checkpoint : checkpoints) {
      for (TensorEntry tensor : checkpoint.tensors()) {
        dtypes.add(tensor.dtype());
      }
    }
    dtypes.removeIf(
        dtype ->
            !dtype.isFloating() || dtype.bits() % Byte.SIZE != 0 || dtype.bits() > Integer.SIZE);
    Thread thread = new Thread(() -> dtypes.forEach(WarmKernels::count), "warm-kernels");
    thread.setDaemon(true);
    thread.setUncaughtExceptionHandler(
        (of, failure) -> LOG.log(Level.DEBUG, "Kernels could not be warmed", failure));
    thread.start();
  }

  private static void count(DType dtype) {
    try (TaskMemory memory = TaskMemory.open("warm kernels of " + dtype);
        Span span = memory.allocate(SPAN);
        SplitCounter counter =
            new SplitCounter(dtype, new KernelConversions(), EnumSet.noneOf(Target.class))) {
      fill(span.view());
      for (int pass = 0; pass < PASSES; pass++) {
        counter.add(span, SPAN);
        if (pass % 8 == 0) {
          counter.finish(index -> index, 0);
        }
      }
    }
  }

  /** Values like those of weights, in F32 and its upper half: every branch sees what it will. */
  private static void fill(ByteBuffer view) {
    SplittableRandom random = new SplittableRandom(1);
    view.order(ByteOrder.LITTLE_ENDIAN);
    while (view.hasRemaining()) {
      int magnitude = 0x3C000000 - (random.nextInt(8) << 23) | random.nextInt() & 0x7FFFFF;
      view.putInt(magnitude | random.nextInt() & Integer.MIN_VALUE);
    }
  }
}
