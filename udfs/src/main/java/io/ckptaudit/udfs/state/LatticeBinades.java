package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Significand;
import io.ckptaudit.udfs.number.Target;

/**
 * Different codes of a source format by binade: those off a lattice, those on it that need all its
 * precision, and the others. Exact.
 */
final class LatticeBinades {

  private static final int LOWEST = -1074;

  /**
   * Others to one of the finest, at most. In a source of twice the precision every second value is
   * a tie, which falls on the even neighbour: three values in four then are no odd multiple.
   */
  private static final double OTHERS_TO_FINEST = 3;

  /** What one surplus code weighs against: more than all that binades which are full weigh for. */
  private static final double WEIGHT_OF_SURPLUS = 3;

  private static final int BINADES = Double.MAX_EXPONENT - LOWEST + 1;

  private final FormatTables tables;
  private final ConversionTable table;
  private final double clipped;
  private final long[] off = new long[BINADES];
  private final int[] finest = new int[BINADES];
  private final int[] others = new int[BINADES];

  LatticeBinades(FormatTables tables, Target lattice) {
    this.tables = tables;
    this.table = tables.table(lattice);
    this.clipped = clipped(tables.format(), lattice.format().maxFinite());
  }

  /** What a saturating cast makes of the largest value of the lattice. */
  private static double clipped(FloatFormat source, double largest) {
    return source.isSigned() ? source.decode(source.roundSaturating(largest)) : Double.NaN;
  }

  /** Adds one more code, not added before. */
  void add(int code) {
    short bin = tables.magnitudeBin(code);
    double value = Math.abs(tables.value(code));
    if (bin == ConversionTable.NO_BIN || value == clipped) {
      return;
    }
    if (table.isInexact(code)) {
      off[bin - LOWEST]++;
    } else if (value / table.target().format().spacing(value) % 2 == 1) {
      finest[bin - LOWEST]++;
    } else {
      others[bin - LOWEST]++;
    }
  }

  /** Number of codes off the lattice. */
  long off() {
    long sum = 0;
    for (long count : off) {
      sum += count;
    }
    return sum;
  }

  /**
   * How many of these codes would be off the lattice, if they were any of all codes; less where too
   * few are of the finest.
   */
  double expectedOff(LatticeBinades all) {
    double expected = 0;
    double coarse = 0;
    int sumFinest = 0;
    int sumOthers = 0;
    for (int bin = 0; bin < BINADES; bin++) {
      if (all.off[bin] > 0) {
        expected += (double) all.off[bin] / all.codes(bin) * codes(bin);
        coarse += surplus(finest[bin], others[bin]);
        sumFinest += finest[bin];
        sumOthers += others[bin];
      }
    }
    return Math.max(
        0, expected - WEIGHT_OF_SURPLUS * Math.max(coarse, surplus(sumFinest, sumOthers)));
  }

  /**
   * Other codes beyond what a passage through the lattice explains: three to one of the finest, and
   * one standard deviation of that, √(3n).
   */
  private static double surplus(int finest, int others) {
    return Math.max(
        0, others - OTHERS_TO_FINEST * finest - Math.sqrt(OTHERS_TO_FINEST * (finest + others)));
  }

  /** Adds the codes of a wider source that are off the lattice, in the binades with codes on it. */
  void fillUp(FloatFormat source) {
    for (int bin = 0; bin < BINADES; bin++) {
      if (codes(bin) > 0) {
        int length = Significand.length(source, bin + LOWEST);
        off[bin] += (1L << length) - codes(bin);
      }
    }
  }

  private long codes(int bin) {
    return off[bin] + finest[bin] + others[bin];
  }
}
