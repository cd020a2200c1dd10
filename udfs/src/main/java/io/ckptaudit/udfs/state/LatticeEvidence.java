package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.Target;

/**
 * Whether values look as if they had once been stored in a narrower lattice.
 *
 * <p>For each binade of the source: of its codes, the share that are not values of the lattice (0
 * where every code is); times the number of different codes seen there. If values were not bound to
 * the lattice, about that many different codes off it would be expected. Codes are counted, not
 * elements, so that a constant repeated a million times weighs as one.
 *
 * @param expectedOffLattice expected number of different codes off the lattice; a real number
 * @param seenOffLattice number of different codes off it; exact
 */
public record LatticeEvidence(double expectedOffLattice, long seenOffLattice) {

  /** Evidence of one state against the lattice of a target. */
  public static LatticeEvidence of(CodeCounts state, FormatTables tables, Target lattice) {
    ConversionTable table = tables.table(lattice);
    BinadeShares shares = new BinadeShares(tables, table);
    double expected = 0;
    long seen = 0;
    for (int i = 0; i < state.distinctCodes(); i++) {
      int code = state.code(i);
      if (tables.magnitudeBin(code) != ConversionTable.NO_BIN) {
        expected += shares.offLattice(tables.magnitudeBin(code));
        seen += table.isInexact(code) ? 1 : 0;
      }
    }
    return new LatticeEvidence(expected, seen);
  }

  /** Share of the codes of each binade that are off the lattice. */
  private static final class BinadeShares {

    private static final int LOWEST = -1088;

    private final double[] all = new double[2 * -LOWEST];
    private final double[] off = new double[2 * -LOWEST];

    BinadeShares(FormatTables tables, ConversionTable table) {
      for (int code = 0; code < tables.codes(); code++) {
        int bin = tables.magnitudeBin(code);
        if (bin != ConversionTable.NO_BIN) {
          all[bin - LOWEST]++;
          off[bin - LOWEST] += table.isInexact(code) ? 1 : 0;
        }
      }
    }

    double offLattice(int bin) {
      return off[bin - LOWEST] / all[bin - LOWEST];
    }
  }
}
