package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;

/**
 * The finite codes of a format in the order of their values, as <em>ranks</em>: integers that
 * compare as the values do. A code's rank is its magnitude with the sign applied, so zeros of both
 * signs share rank 0 and the ranks of a format run without gaps from {@link #lowest} to {@link
 * #highest}.
 */
final class ValueOrder {

  private final int lowest;
  private final int highest;
  private final int sign;
  private final int signOfZero;

  ValueOrder(FloatFormat format) {
    highest = Math.toIntExact(format.maxFiniteCode());
    lowest = format.isSigned() ? -highest : 0;
    sign = format.isSigned() ? format.codes() / 2 : 0;
    signOfZero = format.hasNegativeZero() ? sign : 0;
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

  /** Whether any code was counted whose rank lies between two, both included. */
  boolean anyCounted(CodeTables tables, int from, int to) {
    boolean negative =
        from < 0 && from <= to && tables.anyCounted(code(Math.min(to, -1)), code(from));
    boolean zero = from <= 0 && to >= 0 && tables.anyCounted(signOfZero, signOfZero);
    boolean positive = to >= 0 && tables.anyCounted(Math.max(from, 0), to);
    return negative || zero || positive;
  }
}
