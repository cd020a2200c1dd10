package io.ckptaudit.udfs.state;

import java.io.Serializable;
import java.util.Arrays;
import java.util.function.LongBinaryOperator;

/**
 * Counts by power of two: bin k counts the values v with 2^k ≤ v &lt; 2^(k+1), without unit. Bins
 * from −1074 to 1023, for quotients from −2098 to 2097; those never met take no room. Exact. Values
 * of zero lie in no bin and have a count of their own; NaN and infinities are never handed in;
 * subnormals have their own bins. A count beyond 2^63 − 1 throws {@link ArithmeticException}.
 * Source: DESIGN §3.
 */
public final class Histogram implements Serializable {

  private static final long serialVersionUID = 1L;

  /** Receives the bins that are not empty. */
  @FunctionalInterface
  public interface BinConsumer {
    void accept(int bin, long count);
  }

  private static final LongBinaryOperator ADD = Math::addExact;

  private long[] counts = new long[0];
  private int lowest;
  private long zero;

  void add(int bin, long count) {
    makeRoom(bin);
    counts[bin - lowest] = ADD.applyAsLong(counts[bin - lowest], count);
  }

  void addZero(long count) {
    zero = ADD.applyAsLong(zero, count);
  }

  void addAll(Histogram other) {
    addZero(other.zero);
    other.forEach(this::add);
  }

  private void makeRoom(int bin) {
    if (counts.length == 0) {
      lowest = bin - 8;
      counts = new long[32];
    } else if (bin < lowest) {
      int extra = lowest - bin + counts.length;
      long[] grown = new long[counts.length + extra];
      System.arraycopy(counts, 0, grown, extra, counts.length);
      counts = grown;
      lowest -= extra;
    } else if (bin - lowest >= counts.length) {
      counts = Arrays.copyOf(counts, bin - lowest + counts.length);
    }
  }

  /** How many values were zero. */
  public long zero() {
    return zero;
  }

  /** The bins that are not empty, ascending. */
  public void forEach(BinConsumer consumer) {
    for (int i = 0; i < counts.length; i++) {
      if (counts[i] != 0) {
        consumer.accept(lowest + i, counts[i]);
      }
    }
  }
}
