package io.ckptaudit.udfs.number;

import java.util.Arrays;
import java.util.TreeSet;

/**
 * What of a magnitude decides the result of multiplying it by any power of two and casting the
 * product to any format of at most 16 bits: whether it overflows, becomes zero or subnormal, or
 * stays exact. A class is a number that packs
 *
 * <ul>
 *   <li>the binade, floor(log2 |v|), since a power of two only adds to it;
 *   <li>the rank of |v| / 2^binade among the few boundaries from 1 to 2 where a cast begins to
 *       overflow or to leave the subnormals: 2 − 2^-f of each format, and its overflow threshold;
 *   <li>the bits of the significand below its first, without trailing zeros: 0 for a power of two.
 * </ul>
 *
 * <p>Without unit. Exact: {@link ScaledCast} tells from the class alone what casting the exact
 * product would give. Finite values other than zero have one, subnormals of any format included;
 * signs make no difference. Zero, NaN and ±infinity have none and are counted apart. Binades run
 * from −1074 to 1023, bits from 0 to 52. Source: IEEE 754-2019 §4.3.1; proven against {@link
 * FloatFormat#round} by test.
 */
public final class ScalingClass {

  /** Fraction bits that tell the rank: no boundary has more. */
  public static final int RANK_FRACTION = 11;

  private static final int LOWEST_BINADE = -1074;
  private static final int BITS = 6;
  private static final int RANKS = 3;
  private static final int HIGHEST = ((1023 - LOWEST_BINADE + 1) << (RANKS + BITS)) - 1;

  /** In units of 2^-11 above 1, ascending; a boundary belongs to the rank above it. */
  private static final int[] BOUNDARIES = boundaries();

  private static final byte[] RANK_OF = ranks();

  private ScalingClass() {}

  private static int[] boundaries() {
    TreeSet<Integer> all = new TreeSet<>();
    for (Target target : Target.values()) {
      if (isFor(target)) {
        all.add(fraction(overflowBoundary(target.format())));
        all.add(fraction(normalBoundary(target.format())));
      }
    }
    return all.stream().mapToInt(Integer::intValue).toArray();
  }

  private static byte[] ranks() {
    byte[] ranks = new byte[1 << RANK_FRACTION];
    for (int boundary : BOUNDARIES) {
      for (int i = boundary; i < ranks.length; i++) {
        ranks[i]++;
      }
    }
    return ranks;
  }

  /** Whether classes decide casts to a target: those of at most 16 bits. */
  public static boolean isFor(Target target) {
    return target.format().bits() <= Short.SIZE;
  }

  /** Halfway from the largest finite value to the next, over the power of two below. */
  static double overflowBoundary(FloatFormat format) {
    double max = format.maxFinite();
    return Math.scalb(max + format.spacing(max) / 2, -format.maxExponent());
  }

  /** Halfway from the largest subnormal to the smallest normal value, likewise. */
  static double normalBoundary(FloatFormat format) {
    return 2 - Math.scalb(1.0, -format.fractionBits());
  }

  private static int fraction(double boundary) {
    return (int) Math.scalb(boundary - 1, RANK_FRACTION);
  }

  /** The rank that begins at a boundary. */
  static int rankOf(double boundary) {
    return Arrays.binarySearch(BOUNDARIES, fraction(boundary)) + 1;
  }

  /** The rank by the first {@link #RANK_FRACTION} bits below the leading one; a copy. */
  public static byte[] rankTable() {
    return RANK_OF.clone();
  }

  /** The class of a finite value that is not zero. */
  public static int of(double value) {
    int binade = Binade.of(value);
    long bits = Double.doubleToRawLongBits(Math.scalb(Math.abs(value), -binade));
    int rank = RANK_OF[(int) (bits >>> (52 - RANK_FRACTION)) & ((1 << RANK_FRACTION) - 1)];
    return of(binade, rank, 52 - Long.numberOfTrailingZeros(bits | 1L << 52));
  }

  /** The class of its parts. */
  public static int of(int binade, int rank, int bits) {
    return (binade - LOWEST_BINADE) << (RANKS + BITS) | rank << BITS | bits;
  }

  /** Whether a number is a class that some value has, or at least its parts are in range. */
  public static boolean isValid(long number) {
    return number >= 0 && number <= HIGHEST && (number & ((1 << BITS) - 1)) <= 52;
  }

  static int binade(int scalingClass) {
    return (scalingClass >> (RANKS + BITS)) + LOWEST_BINADE;
  }

  static int rank(int scalingClass) {
    return scalingClass >> BITS & ((1 << RANKS) - 1);
  }

  static int bits(int scalingClass) {
    return scalingClass & ((1 << BITS) - 1);
  }
}
