package io.ckptaudit.udfs.kernel;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.stream.IntStream;

/**
 * Counts of 16-bit codes, in one table: a second one for every other element would keep increments
 * of equal neighbours from waiting for each other, but costs more in cache than that gains on
 * weights. The counters are ints to halve the table (a weight tensor uses some thousands of them)
 * and are emptied into longs before one can overflow: an element adds one to one counter, so no
 * counter exceeds the number of elements since the last emptying, which is held at or below 2^31 −
 * 1.
 *
 * <p>While few elements were counted their codes are remembered, so that a small tensor costs
 * nothing that goes through the whole table.
 */
final class WideCodeTables implements CodeTables {

  private static final int CODES = CounterMemory.COUNTERS;

  /** Elements up to which codes are remembered; going through the table costs about as much. */
  static final int FEW = 4096;

  private final CounterMemory pending;
  private final int capacity;
  private final BitSet remembered = new BitSet(CODES);
  private int pendingElements;

  /** Counts taken out of the pending ones; null if that was not needed yet. */
  private long[] emptied;

  /** Whether {@link #remembered} holds every code counted. */
  private boolean few = true;

  WideCodeTables() {
    this(new CounterMemory(), Integer.MAX_VALUE);
  }

  /**
   * @param capacity elements after which the int counters are emptied; at least those of one call
   *     to {@link #count}
   */
  WideCodeTables(CounterMemory memory, int capacity) {
    this.pending = memory;
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
    few = few && pendingElements <= FEW;
    if (few) {
      remember(bytes, from, to);
    }
    if (isConstant(bytes, from, to)) {
      pending.add(bytes.getShort(from) & 0xFFFF, elements);
    } else {
      pending.count(bytes, from, to);
    }
  }

  private void remember(ByteBuffer bytes, int from, int to) {
    for (int i = from; i < to; i += Short.BYTES) {
      remembered.set(bytes.getShort(i) & 0xFFFF);
    }
  }

  /**
   * Equal elements throughout are the one case that must not be counted one by one, each increment
   * waiting for the one before it. The comparison ends at the first difference, so it costs next to
   * nothing elsewhere. It is not {@link ByteBuffer#mismatch}, whose intrinsic a lost page of a
   * mapped file would end the JVM in.
   */
  private static boolean isConstant(ByteBuffer bytes, int from, int to) {
    int i = from;
    if (to - from > 2 * Long.BYTES && bytes.getLong(from) == bytes.getLong(from + Short.BYTES)) {
      long first = bytes.getLong(from);
      while (i <= to - Long.BYTES && bytes.getLong(i) == first) {
        i += Long.BYTES;
      }
    }
    short code = bytes.getShort(from);
    while (i < to && bytes.getShort(i) == code) {
      i += Short.BYTES;
    }
    return i >= to;
  }

  private void empty() {
    emptied = emptied == null ? new long[CODES] : emptied;
    for (int code = 0; code < CODES; code++) {
      emptied[code] += pending.get(code);
    }
    pending.clear();
    pendingElements = 0;
    few = false;
  }

  @Override
  public int firstCounted(int first, int last) {
    if (few) {
      int code = remembered.nextSetBit(first);
      return code > last ? -1 : code;
    }
    int code = pending.firstCounted(first, last);
    int end = code < 0 ? last : code - 1;
    for (int i = first; emptied != null && i <= end; i++) {
      if (emptied[i] != 0) {
        return i;
      }
    }
    return code;
  }

  @Override
  public int lastCounted(int first, int last) {
    if (few) {
      int code = remembered.previousSetBit(last);
      return code < first ? -1 : code;
    }
    int code = pending.lastCounted(first, last);
    for (int i = last; emptied != null && i >= first && i > code; i--) {
      if (emptied[i] != 0) {
        return i;
      }
    }
    return code;
  }

  @Override
  public int[] codes() {
    if (few) {
      return rememberedCodes();
    }
    if (emptied != null) {
      return IntStream.range(0, CODES).filter(code -> count(code) != 0).toArray();
    }
    return pending.codes();
  }

  private int[] rememberedCodes() {
    int[] codes = new int[remembered.cardinality()];
    int code = -1;
    for (int i = 0; i < codes.length; i++) {
      code = remembered.nextSetBit(code + 1);
      codes[i] = code;
    }
    return codes;
  }

  @Override
  public long count(int code) {
    return pending.get(code) + (emptied == null ? 0 : emptied[code]);
  }

  @Override
  public void reset() {
    if (few) {
      for (int code : rememberedCodes()) {
        pending.clear(code);
      }
    } else {
      pending.clear();
    }
    remembered.clear();
    emptied = null;
    pendingElements = 0;
    few = true;
  }
}
