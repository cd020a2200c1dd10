package io.ckptaudit.udfs.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.util.Arrays;

/**
 * Counts of 16-bit codes. Elements are copied to a small array on the heap, which stays in the
 * first-level cache beside the counters a weight tensor uses (some thousands), and from which the
 * compiler reads without a check per element. The counters are ints for the same reason, emptied
 * into longs before one can overflow: an element adds one to one counter, so no counter exceeds the
 * number of elements since the last emptying, which is held at or below 2^31 − 1.
 */
final class WideCodeTables implements CodeTables {

  static final int CODES = 1 << Short.SIZE;

  private static final int BLOCK = 2048;

  private final char[] block = new char[BLOCK];
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
    CharBuffer codes = bytes.slice(from, to - from).order(ByteOrder.LITTLE_ENDIAN).asCharBuffer();
    int elements = codes.limit();
    if (elements > capacity - pendingElements) {
      empty();
    }
    pendingElements += elements;
    for (int start = 0; start < elements; start += BLOCK) {
      int length = Math.min(BLOCK, elements - start);
      codes.get(start, block, 0, length);
      if (isConstant(block, length)) {
        pending[block[0]] += length;
      } else {
        countEach(block, length, pending);
      }
    }
  }

  /**
   * Equal neighbours would be the slowest case, each increment waiting for the one before it. The
   * comparison ends at the first difference, so it costs next to nothing elsewhere.
   */
  private static boolean isConstant(char[] block, int length) {
    return Arrays.mismatch(block, 0, length - 1, block, 1, length) < 0;
  }

  private static void countEach(char[] block, int length, int[] counters) {
    for (int i = 0; i < length; i++) {
      counters[block[i]]++;
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
