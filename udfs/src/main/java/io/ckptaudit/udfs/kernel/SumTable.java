package io.ckptaudit.udfs.kernel;

import java.math.BigInteger;
import java.util.Arrays;

/**
 * Counts, sums and sums of squares in 128 bits, by row. What is added at once is below 2^63, so a
 * row holds 2^64 additions.
 */
final class SumTable {

  private final long[] counts;
  private final long[] sumLow;
  private final long[] sumHigh;
  private final long[] sumSqLow;
  private final long[] sumSqHigh;

  SumTable(int rows) {
    counts = new long[rows];
    sumLow = new long[rows];
    sumHigh = new long[rows];
    sumSqLow = new long[rows];
    sumSqHigh = new long[rows];
  }

  int rows() {
    return counts.length;
  }

  /** None of the arguments is negative. */
  void add(int row, long count, long sum, long sumSq) {
    counts[row] += count;
    sumLow[row] += sum;
    sumHigh[row] += Long.compareUnsigned(sumLow[row], sum) < 0 ? 1 : 0;
    sumSqLow[row] += sumSq;
    sumSqHigh[row] += Long.compareUnsigned(sumSqLow[row], sumSq) < 0 ? 1 : 0;
  }

  long count(int row) {
    return counts[row];
  }

  BigInteger sum(int row) {
    return number(sumHigh[row], sumLow[row]);
  }

  BigInteger sumSq(int row) {
    return number(sumSqHigh[row], sumSqLow[row]);
  }

  private static BigInteger number(long high, long low) {
    BigInteger lower = BigInteger.valueOf(low & Long.MAX_VALUE);
    return BigInteger.valueOf(high).shiftLeft(Long.SIZE).add(low < 0 ? lower.setBit(63) : lower);
  }

  void reset() {
    Arrays.fill(counts, 0);
    Arrays.fill(sumLow, 0);
    Arrays.fill(sumHigh, 0);
    Arrays.fill(sumSqLow, 0);
    Arrays.fill(sumSqHigh, 0);
  }
}
