package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;

/**
 * Different codes of a source format by binade: those off a lattice, those on it that need all its
 * precision, and the others. Exact.
 */
final class LatticeBinades {

  private static final int LOWEST = -1074;
  private static final int BINADES = Double.MAX_EXPONENT - LOWEST + 1;

  private final FormatTables tables;
  private final ConversionTable table;
  private final double clipped;
  private final int[] off = new int[BINADES];
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
    for (int count : off) {
      sum += count;
    }
    return sum;
  }

  /** How many of these codes would be off the lattice, if they were any of all codes. */
  double expectedOff(LatticeBinades all) {
    double expected = 0;
    for (int bin = 0; bin < BINADES; bin++) {
      if (all.off[bin] > 0) {
        double share = (double) all.off[bin] / all.codes(bin);
        expected += share * (codes(bin) - 2 * Math.max(0, others[bin] - finest[bin]));
      }
    }
    return Math.max(0, expected);
  }

  private int codes(int bin) {
    return off[bin] + finest[bin] + others[bin];
  }
}
