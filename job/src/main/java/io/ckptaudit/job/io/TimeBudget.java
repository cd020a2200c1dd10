package io.ckptaudit.job.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * How long reading the header or index of one file may take, parsing between the reads included.
 * The clock is looked at before each read, and now and then while a file is parsed: a read that is
 * on its way is the store's to end. Waiting for heap is not part of it.
 *
 * @param clock in nanoseconds, as {@link System#nanoTime}
 */
public record TimeBudget(long seconds, LongSupplier clock) {

  public static TimeBudget ofSeconds(long seconds) {
    return new TimeBudget(seconds, System::nanoTime);
  }

  /**
   * Opens a file whose reads throw {@link OverBudgetException} once the time is up, which begins to
   * run before the file is opened.
   */
  public RangeReader open(Storage storage, FileEntry file, ReadPolicy policy) throws IOException {
    return open(storage, file, policy, HeaderMemory.SHARED);
  }

  RangeReader open(Storage storage, FileEntry file, ReadPolicy policy, HeaderMemory memory)
      throws IOException {
    long opened = clock.getAsLong();
    RangeReader reader = storage.open(file, policy);
    HeaderMemory.Share heap = memory.share();
    return new RangeReader() {
      private long start = opened;

      @Override
      public long length() {
        return reader.length();
      }

      @Override
      public void readFully(long position, ByteBuffer target) throws IOException {
        verifyTime(position);
        reader.readFully(position, target);
      }

      @Override
      public void verifyTime(long position) throws IOException {
        if (clock.getAsLong() - start > TimeUnit.SECONDS.toNanos(seconds)) {
          throw new OverBudgetException(position, seconds);
        }
      }

      @Override
      public void takeHeap(long bytes) throws IOException {
        long asked = clock.getAsLong();
        heap.take(bytes);
        start += clock.getAsLong() - asked;
      }

      @Override
      public void close() throws IOException {
        heap.giveBack();
        reader.close();
      }
    };
  }
}
