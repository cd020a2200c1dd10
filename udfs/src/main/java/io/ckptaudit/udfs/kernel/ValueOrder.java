package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;

/**
 * The finite codes of a format in the order of their values, as <em>ranks</em>: integers that
 * compare as the values do. A code's rank is its magnitude with the sign applied, so zeros of both
 * signs share rank 0 and the ranks of a format run without gaps from {@link #lowest} to {@link
 * #highest}.
 */
final class ValueOrder {

  /** No rank. */
  static final int NONE = Integer.MIN_VALUE;

  private final int lowest;
  private final int highest;
  private final int sign;
  private final int signOfZero;

  /** The last code without a sign. */
  private final int lastPositive;

  /** The codes with a sign that have no rank lie between these, both included. */
  private final int firstUnranked;

  private final int lastUnranked;

  ValueOrder(FloatFormat format) {
    highest = Math.toIntExact(format.maxFiniteCode());
    lowest = format.isSigned() ? -highest : 0;
    sign = format.isSigned() ? format.codes() / 2 : 0;
    signOfZero = format.hasNegativeZero() ? sign : 0;
    lastPositive = (format.isSigned() ? sign : format.codes()) - 1;
    firstUnranked = format.hasNegativeZero() ? sign + highest + 1 : sign;
    lastUnranked = format.hasNegativeZero() ? format.codes() - 1 : sign - (sign == 0 ? 1 : 0);
  }

  /** Rank of the smallest finite value. */
  int lowest() {
    return lowest;
  }

  /** Rank of the largest finite value. */
  int highest() {
    return highest;
  }

  /** The code of a rank; the positive one for zero. */
  int code(int rank) {
    return rank < 0 ? sign | -rank : rank;
  }

  /** Bits that do not tell codes of a rank apart: the sign, of zeros only. */
  int ignoredBits(int rank) {
    return rank == 0 ? signOfZero : 0;
  }

  /**
   * The lowest rank between two, both included, of which a code was counted; else {@link #NONE}.
   */
  int lowestCounted(CodeTables tables, int from, int to) {
    if (from > to) {
      return NONE;
    }
    int negative = from < 0 ? tables.lastCounted(code(Math.min(to, -1)), code(from)) : -1;
    if (negative >= 0) {
      return -(negative - sign);
    }
    if (zeroCounted(tables, from, to)) {
      return 0;
    }
    int positive = to >= 0 ? tables.firstCounted(Math.max(from, 0), to) : -1;
    return positive >= 0 ? positive : NONE;
  }

  /**
   * The highest rank between two, both included, of which a code was counted; else {@link #NONE}.
   */
  int highestCounted(CodeTables tables, int from, int to) {
    if (from > to) {
      return NONE;
    }
    int positive = to >= 0 ? tables.lastCounted(Math.max(from, 0), to) : -1;
    if (positive >= 0) {
      return positive;
    }
    if (zeroCounted(tables, from, to)) {
      return 0;
    }
    int negative = from < 0 ? tables.firstCounted(code(Math.min(to, -1)), code(from)) : -1;
    return negative >= 0 ? -(negative - sign) : NONE;
  }

  /** Whether a code was counted that has no rank, since it is NaN or infinite. */
  boolean nonFiniteCounted(CodeTables tables) {
    return anyCounted(tables, highest + 1, lastPositive)
        || anyCounted(tables, firstUnranked, lastUnranked);
  }

  private static boolean anyCounted(CodeTables tables, int first, int last) {
    return first <= last && tables.firstCounted(first, last) >= 0;
  }

  private boolean zeroCounted(CodeTables tables, int from, int to) {
    return from <= 0 && to >= 0 && tables.firstCounted(signOfZero, signOfZero) >= 0;
  }
}
