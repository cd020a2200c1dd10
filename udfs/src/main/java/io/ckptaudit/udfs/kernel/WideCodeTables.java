package io.ckptaudit.udfs.kernel;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Counts of 16-bit codes, in one table: a second one for every other element would keep increments
 * of equal neighbours from waiting for each other, but costs more in cache than that gains on
 * weights. The counters are ints to halve the table (a weight tensor uses some thousands of them)
 * and are emptied into longs before one can overflow: an element adds one to one counter, so no
 * counter exceeds the number of elements since the last emptying, which is held at or below 2^31 −
 * 1.
 */
final class WideCodeTables implements CodeTables {

  static final int CODES = 1 << Short.SIZE;

  private final int[] pending = new int[CODES];
  private final long[] emptied = new long[CODES];
  private final int capacity;
  private int pendingElements;
  private boolean everEmptied;

  WideCodeTables() {
    this(Integer.MAX_VALUE);
  }

  /**
   * @param capacity elements after which the int counters are emptied; at least those of one call
   *     to {@link #count}
   */
  WideCodeTables(int capacity) {
    this.capacity = capacity;
  }

  @Override
  public void count(ByteBuffer bytes, int from, int to) {
    int elements = (to - from) / Short.BYTES;
    if (elements == 0) {
      return;
    }
    if (elements > capacity - pendingElements) {
      empty();
    }
    pendingElements += elements;
    if (isConstant(bytes, from, to)) {
      pending[bytes.getShort(from) & 0xFFFF] += elements;
    } else {
      countEach(bytes, from, to, pending);
    }
  }

  /**
   * Equal elements throughout are the one case that must not be counted one by one, each increment
   * waiting for the one before it. The comparison ends at the first difference, so it costs next to
   * nothing elsewhere.
   */
  private static boolean isConstant(ByteBuffer bytes, int from, int to) {
    int compared = to - from - Short.BYTES;
    ByteBuffer shifted = bytes.slice(from + Short.BYTES, compared);
    return bytes.slice(from, compared).mismatch(shifted) < 0;
  }

  private static void countEach(ByteBuffer bytes, int from, int to, int[] counters) {
    int bulk = to - (to - from) % Integer.BYTES;
    for (int i = from; i < bulk; i += Integer.BYTES) {
      int two = bytes.getInt(i);
      counters[two & 0xFFFF]++;
      counters[two >>> Short.SIZE]++;
    }
    if (bulk < to) {
      counters[bytes.getShort(bulk) & 0xFFFF]++;
    }
  }

  private void empty() {
    for (int code = 0; code < CODES; code++) {
      emptied[code] += pending[code];
    }
    Arrays.fill(pending, 0);
    pendingElements = 0;
    everEmptied = true;
  }

  @Override
  public boolean anyCounted(int first, int last) {
    int found = 0;
    for (int code = first; code <= last; code++) {
      found |= pending[code];
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
      counts[code] += pending[code];
    }
    return counts;
  }

  @Override
  public void reset() {
    Arrays.fill(pending, 0);
    if (everEmptied) {
      Arrays.fill(emptied, 0);
    }
    pendingElements = 0;
    everEmptied = false;
  }
}
