package io.ckptaudit.udfs.kernel;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Counts of 8-bit codes, made by counting pairs of neighbours as if they were one 16-bit code: half
 * the increments, and no counter so hot that increments wait for each other. Pairs are told apart
 * only when results are asked for.
 */
final class ByteCodeTables implements CodeTables {

  private static final int CODES = 1 << Byte.SIZE;

  private final WideCodeTables pairs = new WideCodeTables();

  /** Elements left over where a span has an odd number. */
  private final long[] singles = new long[CODES];

  /** Counts since the last change to the tables; null while they are out of date. */
  private long[] folded;

  @Override
  public void count(ByteBuffer bytes, int from, int to) {
    int even = to - (to - from) % 2;
    pairs.count(bytes, from, even);
    if (even < to) {
      singles[bytes.get(even) & 0xFF]++;
    }
    folded = null;
  }

  @Override
  public boolean anyCounted(int first, int last) {
    if (folded == null) {
      folded = fold();
    }
    boolean found = false;
    for (int code = first; code <= last; code++) {
      found |= folded[code] != 0;
    }
    return found;
  }

  private long[] fold() {
    long[] counts = singles.clone();
    long[] pairCounts = pairs.counts();
    for (int high = 0; high < CODES; high++) {
      long row = 0;
      for (int low = 0; low < CODES; low++) {
        long count = pairCounts[high << Byte.SIZE | low];
        counts[low] += count;
        row += count;
      }
      counts[high] += row;
    }
    return counts;
  }

  @Override
  public long[] counts() {
    return fold();
  }

  @Override
  public void reset() {
    pairs.reset();
    Arrays.fill(singles, 0);
    folded = null;
  }
}
