package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Target;
import java.util.Map;

/**
 * Whether values look as if they had once been stored in a coarser lattice.
 *
 * <p>Both numbers are of different codes, never of elements, so that a constant repeated a million
 * times weighs as one. Zero, NaN and ±infinity weigh nothing. Without evidence both are 0.
 *
 * <p><b>Why the expectation is one.</b> Take a binade of the source in which a share p of all codes
 * is off the lattice, and d different codes seen there. If any d codes of the binade were as likely
 * as any other d, p·d of them would be off the lattice, and the chance that none is would be at
 * most (1 − p)^d ≤ e^(−p·d). So none seen where 20 are expected has a chance below e^−20 = 2·10^−9.
 * It is a lower bound: had values gone on falling off the lattice, more codes would be seen.
 *
 * <p><b>Where there is evidence.</b> Only binades where p &gt; 0. BF16 values are all on the F16
 * lattice from 2^-17 to 65504: only those below 7.6·10^-6 tell, about 1 in 3,300 of a Gaussian of
 * standard deviation 0.02, at most 168 codes. Norms near 1, pruned weights and small models tell
 * nothing. F16 values are on the BF16 lattice with one in eight codes: some thirty codes anywhere
 * tell.
 *
 * <p><b>What is coarser still proves nothing.</b> Ternary weights, small integers, fixed point,
 * int8, F8 or F4 times powers of two lie on the lattice by construction, whatever they were stored
 * in. They are told by what they leave out: half of a lattice's values in a binade are odd
 * multiples of its spacing there, its finest codes, and of what went through the lattice at least a
 * quarter are such (less than half, since ties fall on even multiples). Where others are more than
 * three to one and a standard deviation, in a binade or in all together, each of that surplus takes
 * three off the expectation, which never falls below 0. Evenly filled binades lose nothing.
 *
 * <p><b>Clipping.</b> A saturating cast through the lattice leaves the largest value of one format
 * where the other cannot hold it (65504 in F16, 65536 in BF16). That code tells nothing either way.
 *
 * <p><b>Limits.</b> Values of 24-bit fixed point (a bare uniform random number from 0 to 1) are the
 * F16 lattice below 2^-13, and look so. One value changed afterwards is enough to be seen off the
 * lattice. A passage that flushed subnormals, or scaled, leaves no such trace. Source: DESIGN §3.
 *
 * @param expectedOffLattice expected number of different codes off the lattice, at least; within
 *     rounding of a sum of at most 300 terms
 * @param seenOffLattice number of different codes off it; exact
 */
public record LatticeEvidence(double expectedOffLattice, long seenOffLattice) {

  /** Evidence of one state against the lattice of a target. */
  public static LatticeEvidence of(CodeCounts state, FormatTables tables, Target lattice) {
    LatticeBinades seen = new LatticeBinades(tables, lattice);
    for (int i = 0; i < state.distinctCodes(); i++) {
      seen.add(state.code(i));
    }
    LatticeBinades all = new LatticeBinades(tables, lattice);
    for (int code = 0; code < tables.codes(); code++) {
      all.add(code);
    }
    return new LatticeEvidence(seen.expectedOff(all), seen.off());
  }

  /**
   * Evidence of a wide state against the lattice of F16 or BF16. Where every value lies on it, the
   * codes of the casts are those of the values, and the different ones are counted as above,
   * against all codes of the source in their binades. Otherwise different values are not known: the
   * values off the lattice are counted instead, and nothing is expected.
   *
   * @param tables of BF16 and of the lattice
   */
  public static LatticeEvidence of(
      WideCounts state, Map<FloatFormat, FormatTables> tables, Target lattice) {
    FormatTables bf16 = tables.get(FloatFormat.BF16);
    long off = state.cast(lattice).inexact() + offLattice(state.bf16(), bf16, lattice);
    if (off > 0) {
      return new LatticeEvidence(0, off);
    }
    CodeCounts codes = state.castCodes(lattice, bf16);
    FormatTables ofLattice = tables.get(lattice.format());
    LatticeBinades seen = new LatticeBinades(ofLattice, lattice);
    for (int i = 0; i < codes.distinctCodes(); i++) {
      seen.add(codes.code(i));
    }
    LatticeBinades all = new LatticeBinades(ofLattice, lattice);
    for (int code = 0; code < ofLattice.codes(); code++) {
      all.add(code);
    }
    all.fillUp(state.format());
    return new LatticeEvidence(seen.expectedOff(all), 0);
  }

  private static long offLattice(CodeCounts bf16, FormatTables tables, Target lattice) {
    long off = 0;
    for (int i = 0; i < bf16.distinctCodes(); i++) {
      off += tables.table(lattice).isInexact(bf16.code(i)) ? bf16.count(i) : 0;
    }
    return off;
  }
}
