package io.ckptaudit.udfs.kernel;

import java.util.Arrays;

/**
 * Counts pairs of 16-bit codes that are near each other, of two sides element by element: whatever
 * is asked of a pair is then asked once and not for each element. A step of training, or a cast
 * that rounds in another way, moves a value by a few codes if at all.
 *
 * <p>Counts without unit, in a table of 65,536 codes times {@value #NEAR} distances from −16 to 15;
 * exact. Codes are taken as they are: NaN, infinities, −0 and subnormals are codes like others. A
 * count is an int, so {@link #isFull} tells when to drain. Source: docs/decisions.md.
 */
public final class CodePairs {

  /** A table is worth its sweep for more elements than these. */
  public static final int FEW = 1 << 16;

  /** What is done with a pair that occurred. */
  @FunctionalInterface
  public interface Receiver {
    void pair(int left, int right, int count);
  }

  private static final int NEAR = 32;
  private static final int NEAR_BITS = 5;
  private static final int MOST = 1 << 30;

  private final int[] counts = new int[1 << Short.SIZE + NEAR_BITS];
  private int counted;

  /**
   * Counts the near pairs and moves the codes of the others, in order, to the front of both arrays.
   *
   * @return how many others there are
   */
  public int add(short[] left, short[] right, int length) {
    int[] table = counts;
    int others = 0;
    for (int i = 0; i < length; i++) {
      int from = left[i] & 0xFFFF;
      int distance = (right[i] & 0xFFFF) - from + NEAR / 2;
      if ((distance & -NEAR) == 0) {
        table[(from << NEAR_BITS | distance) & table.length - 1]++;
      } else {
        left[others] = left[i];
        right[others] = right[i];
        others++;
      }
    }
    counted += length;
    return others;
  }

  /** Whether it must be drained before more is added: a count might not fit. */
  public boolean isFull() {
    return counted >= MOST;
  }

  /** Hands out what was counted, and forgets it. */
  public void drainTo(Receiver to) {
    if (counted == 0) {
      return;
    }
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] != 0) {
        int from = i >>> NEAR_BITS;
        to.pair(from, from + (i & NEAR - 1) - NEAR / 2, counts[i]);
        counts[i] = 0;
      }
    }
    counted = 0;
  }

  /** Forgets what was counted. */
  public void reset() {
    if (counted != 0) {
      Arrays.fill(counts, 0);
      counted = 0;
    }
  }
}
