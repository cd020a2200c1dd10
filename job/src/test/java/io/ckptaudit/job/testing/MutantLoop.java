package io.ckptaudit.job.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.ckptaudit.job.checkpoint.ShardHeader;
import io.ckptaudit.job.checkpoint.Slice;
import io.ckptaudit.job.checkpoint.TensorEntry;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;

/**
 * Row H5: whatever a file is turned into, reading its header ends in findings and in sound slices,
 * soon, and with little memory.
 */
public final class MutantLoop {

  private static final int SECONDS = 5;

  /** Of one mutant of a file of a few KiB: the pieces it is read in, and what is made of them. */
  private static final long BYTES = 16L << 20;

  private MutantLoop() {}

  /** Reads the header of a file. */
  public interface Reading {
    ShardHeader header(byte[] file) throws IOException;
  }

  /**
   * Reads so many mutants, each made of the original with a seed of its own.
   *
   * @return how many
   */
  public static int read(
      byte[] original,
      long seed,
      int count,
      BiFunction<byte[], Random, byte[]> mutation,
      Reading reading)
      throws IOException {
    for (int i = 0; i < count; i++) {
      byte[] mutant = mutation.apply(original, new Random(seed + i));
      try {
        assertSound(within(() -> reading.header(mutant)), mutant.length);
      } catch (Exception | AssertionError e) {
        throw new AssertionError("Mutant of seed " + (seed + i), e);
      }
    }
    return count;
  }

  /** Each mutant alone is held to the budgets of time and memory. */
  public static <T> T within(Callable<T> reading) throws Exception {
    ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = thread.getCurrentThreadAllocatedBytes();
    T read = CpuTime.within(SECONDS, reading);
    assertThat(thread.getCurrentThreadAllocatedBytes() - before)
        .as("bytes allocated")
        .isLessThan(BYTES);
    return read;
  }

  private static void assertSound(ShardHeader header, long length) {
    for (TensorEntry tensor : header.tensors()) {
      assertThat(tensor.elements()).isNotNegative();
      for (Slice slice : tensor.slices()) {
        assertThat(slice.offset()).isNotNegative();
        assertThat(slice.offset() + slice.bytes()).isBetween(slice.offset(), length);
      }
    }
    assertThat(header.tensors()).extracting(TensorEntry::name).doesNotHaveDuplicates();
    assertThat(header.problems()).allSatisfy(p -> assertThat(p.message()).contains("; "));
  }
}
