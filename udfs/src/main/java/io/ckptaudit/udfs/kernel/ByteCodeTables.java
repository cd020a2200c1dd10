package io.ckptaudit.udfs.kernel;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Counts of 8-bit codes, made by counting pairs of neighbours as if they were one 16-bit code: half
 * the increments, and no counter so hot that increments wait for each other. Pairs are told apart
 * only when results are asked for; short pieces are not paired, so that a small tensor costs
 * nothing that goes through all pairs.
 */
final class ByteCodeTables implements CodeTables {

  private static final int CODES = 1 << Byte.SIZE;

  /**
   * Bytes from which pairing pays: telling the pairs apart costs about as much as counting these.
   */
  private static final int PAIRED = 1 << 15;

  /** Codes up to which each is looked for among the pairs, which are then not told apart. */
  private static final int FEW_CODES = 8;

  private final WideCodeTables pairs = new WideCodeTables();
  private boolean anyPairs;

  /** Elements of short pieces, and those left over where a longer one has an odd number. */
  private final long[] singles = new long[CODES];

  /** Counts since the last change to the tables; null while they are out of date. */
  private long[] folded;

  @Override
  public void count(ByteBuffer bytes, int from, int to) {
    int paired = to - from < PAIRED ? 0 : (to - from) & -2;
    if (paired > 0) {
      pairs.count(bytes, from, from + paired);
      anyPairs = true;
    }
    for (int i = from + paired; i < to; i++) {
      singles[bytes.get(i) & 0xFF]++;
    }
    folded = null;
  }

  @Override
  public int firstCounted(int first, int last) {
    if (last - first >= FEW_CODES) {
      fold();
    }
    int code = first;
    while (code <= last && !isCounted(code)) {
      code++;
    }
    return code <= last ? code : -1;
  }

  private boolean isCounted(int code) {
    if (folded != null) {
      return folded[code] != 0;
    }
    if (singles[code] != 0 || !anyPairs) {
      return singles[code] != 0;
    }
    boolean counted = pairs.firstCounted(code << Byte.SIZE, code << Byte.SIZE | CODES - 1) >= 0;
    for (int high = 0; high < CODES && !counted; high++) {
      counted = pairs.count(high << Byte.SIZE | code) != 0;
    }
    return counted;
  }

  @Override
  public int lastCounted(int first, int last) {
    fold();
    int code = last;
    while (code >= first && folded[code] == 0) {
      code--;
    }
    return code >= first ? code : -1;
  }

  @Override
  public int[] codes() {
    fold();
    return IntStream.range(0, CODES).filter(code -> folded[code] != 0).toArray();
  }

  @Override
  public long count(int code) {
    fold();
    return folded[code];
  }

  private void fold() {
    if (folded == null) {
      folded = singles.clone();
      if (anyPairs) {
        addPairs(folded);
      }
    }
  }

  private void addPairs(long[] counts) {
    for (int high = 0; high < CODES; high++) {
      long row = 0;
      for (int low = 0; low < CODES; low++) {
        long count = pairs.count(high << Byte.SIZE | low);
        counts[low] += count;
        row += count;
      }
      counts[high] += row;
    }
  }

  @Override
  public void reset() {
    pairs.reset();
    anyPairs = false;
    Arrays.fill(singles, 0);
    folded = null;
  }
}
