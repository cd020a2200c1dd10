package io.ckptaudit.udfs.kernel;

import java.util.Arrays;
import java.util.function.BiConsumer;

/**
 * Counts by code of at most 16 bits, which costs no more to read and to clear than the pages that
 * were touched. The counters are ints, as in {@link WideCodeTables}, emptied into longs before one
 * can overflow.
 */
final class CodeTally {

  private static final int PAGE_BITS = 8;

  /** To be incremented; every page that is must be {@linkplain #touch touched}. */
  final int[] pending;

  private final boolean[] touched;
  private final int capacity;
  private long[] emptied;
  private int pendingElements;

  CodeTally(int bits) {
    this(bits, Integer.MAX_VALUE);
  }

  /**
   * @param capacity elements after which the int counters are emptied
   */
  CodeTally(int bits, int capacity) {
    this.pending = new int[1 << bits];
    this.touched = new boolean[1 << Math.max(0, bits - PAGE_BITS)];
    this.capacity = capacity;
  }

  /** Says that so many counters are about to be incremented. */
  void expect(int elements) {
    if (elements > capacity - pendingElements) {
      empty();
    }
    pendingElements += elements;
  }

  void touch(int code) {
    touched[code >>> PAGE_BITS] = true;
  }

  /** Touches the pages of codes from one to another, both included. */
  void touch(int first, int last) {
    Arrays.fill(touched, first >>> PAGE_BITS, (last >>> PAGE_BITS) + 1, true);
  }

  private void empty() {
    if (emptied == null) {
      emptied = new long[pending.length];
    }
    for (int code = 0; code < pending.length; code++) {
      emptied[code] += pending[code];
    }
    Arrays.fill(pending, 0);
    pendingElements = 0;
  }

  /** Gives the codes counted, ascending, and their counts; nothing if there are none. */
  void drainTo(BiConsumer<int[], long[]> to) {
    int[] codes = new int[distinct()];
    long[] counts = new long[codes.length];
    int next = 0;
    for (int page = 0; page < touched.length; page++) {
      for (int code = page << PAGE_BITS; touched[page] && code < end(page); code++) {
        long count = count(code);
        if (count > 0) {
          codes[next] = code;
          counts[next++] = count;
        }
      }
    }
    if (next > 0) {
      to.accept(codes, counts);
    }
  }

  private int distinct() {
    int distinct = 0;
    for (int page = 0; page < touched.length; page++) {
      for (int code = page << PAGE_BITS; touched[page] && code < end(page); code++) {
        distinct += count(code) > 0 ? 1 : 0;
      }
    }
    return distinct;
  }

  private int end(int page) {
    return Math.min(pending.length, (page + 1) << PAGE_BITS);
  }

  private long count(int code) {
    return pending[code] + (emptied == null ? 0 : emptied[code]);
  }

  void reset() {
    for (int page = 0; page < touched.length; page++) {
      if (touched[page]) {
        Arrays.fill(pending, page << PAGE_BITS, end(page), 0);
      }
    }
    Arrays.fill(touched, false);
    emptied = null;
    pendingElements = 0;
  }
}
