package io.ckptaudit.job.io;

import java.io.InterruptedIOException;
import java.util.concurrent.Semaphore;

/**
 * Keeps headers that are parsed at the same time to the heap there is. Each may take a little of
 * it; those that need more come one after the other, or as many at once as the heap is made for.
 * Who waits holds only that little, and who does not wait needs nothing further, so that there is
 * no deadlock.
 */
final class HeaderMemory {
  /** What the largest header takes: a pickle's values, or an archive's members. */
  private static final long LARGEST = 700L << 20;

  private static final long LITTLE = 16L << 20;

  static final HeaderMemory SHARED = ofHeap(Runtime.getRuntime().maxMemory());

  private final long little;
  private final Semaphore large;

  HeaderMemory(long little, int atOnce) {
    this.little = little;
    this.large = new Semaphore(atOnce, true);
  }

  /** Half of the heap is for headers that are being parsed, the rest for what is known of them. */
  static HeaderMemory ofHeap(long bytes) {
    return new HeaderMemory(LITTLE, (int) Math.max(1, Math.min(8, bytes / 2 / LARGEST)));
  }

  int freeForLarge() {
    return large.availablePermits();
  }

  Share share() {
    return new Share();
  }

  /** What one file takes. Of one thread. */
  final class Share {
    private long taken;
    private boolean isLarge;

    /** Takes so many bytes more. */
    void take(long bytes) throws InterruptedIOException {
      taken += bytes;
      if (!isLarge && taken > little) {
        try {
          large.acquire();
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new InterruptedIOException(
              "Cannot wait for heap to read a large header: the thread was interrupted; run the audit again");
        }
        isLarge = true;
      }
    }

    void giveBack() {
      if (isLarge) {
        large.release();
      }
      isLarge = false;
      taken = 0;
    }
  }
}
