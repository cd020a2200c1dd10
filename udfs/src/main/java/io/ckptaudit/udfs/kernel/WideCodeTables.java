package io.ckptaudit.udfs.kernel;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Counts of 16-bit codes. Neighbouring elements go to different tables: an increment must wait for
 * a store to the same counter just before it, and neighbours are often equal. The tables are of
 * ints, so that the counters a weight tensor uses (some thousands) stay in the nearest caches, and
 * are emptied into longs before one can overflow: an element adds one to one counter, so no counter
 * exceeds the number of elements since the last emptying, which is held at or below 2^31 − 1.
 */
final class WideCodeTables implements CodeTables {

  static final int CODES = 1 << Short.SIZE;

  private final int[] even = new int[CODES];
  private final int[] odd = new int[CODES];
  private final long[] emptied = new long[CODES];
  private final int capacity;
  private int pending;
  private boolean everEmptied;

  WideCodeTables() {
    this(Integer.MAX_VALUE);
  }

  /**
   * @param capacity elements after which the int tables are emptied; at least those of one call to
   *     {@link #count}
   */
  WideCodeTables(int capacity) {
    this.capacity = capacity;
  }

  @Override
  public void count(ByteBuffer bytes, int from, int to) {
    int elements = (to - from) / Short.BYTES;
    if (elements > capacity - pending) {
      empty();
    }
    pending += elements;
    int bulk = to - (to - from) % Long.BYTES;
    countBulk(bytes, from, bulk, even, odd);
    for (int i = bulk; i < to; i += Short.BYTES) {
      even[bytes.getShort(i) & 0xFFFF]++;
    }
  }

  /**
   * Four elements at a time; the tables are parameters so that the loop holds them in registers.
   */
  private static void countBulk(ByteBuffer bytes, int from, int to, int[] even, int[] odd) {
    for (int i = from; i < to; i += Long.BYTES) {
      long four = bytes.getLong(i);
      even[(int) four & 0xFFFF]++;
      odd[(int) (four >>> 16) & 0xFFFF]++;
      even[(int) (four >>> 32) & 0xFFFF]++;
      odd[(int) (four >>> 48)]++;
    }
  }

  private void empty() {
    for (int code = 0; code < CODES; code++) {
      emptied[code] += (long) even[code] + odd[code];
    }
    Arrays.fill(even, 0);
    Arrays.fill(odd, 0);
    pending = 0;
    everEmptied = true;
  }

  @Override
  public boolean anyCounted(int first, int last) {
    int found = 0;
    for (int code = first; code <= last; code++) {
      found |= even[code] | odd[code];
    }
    return found != 0 || everEmptied && anyEmptied(first, last);
  }

  private boolean anyEmptied(int first, int last) {
    long found = 0;
    for (int code = first; code <= last; code++) {
      found |= emptied[code];
    }
    return found != 0;
  }

  @Override
  public long[] counts() {
    long[] counts = emptied.clone();
    for (int code = 0; code < CODES; code++) {
      counts[code] += (long) even[code] + odd[code];
    }
    return counts;
  }

  @Override
  public void reset() {
    Arrays.fill(even, 0);
    Arrays.fill(odd, 0);
    if (everEmptied) {
      Arrays.fill(emptied, 0);
    }
    pending = 0;
    everEmptied = false;
  }
}
