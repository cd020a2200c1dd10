package io.ckptaudit.udfs.number;

/**
 * What casting v · 2^k to a target gives, for every value v of a {@link ScalingClass}: the product
 * is exact and the cast rounds it once, to nearest, ties to even.
 *
 * <p>Without unit. Exact; results are those of {@link FloatFormat#round} for every finite v other
 * than zero and every k from −24 to 24 and far beyond. A saturating target overflows where the
 * plain one does. Source: DESIGN §3.
 */
public final class ScaledCast {

  private final int maxExponent;
  private final int minExponent;
  private final int fractionBits;
  private final int overflowRank;
  private final int normalRank;

  /** Bits of a value exactly on the overflow boundary that still rounds down; −1 if it does not. */
  private final int bitsStillFinite;

  /**
   * @throws IllegalArgumentException for a target of more than 16 bits
   */
  public ScaledCast(Target target) {
    if (!ScalingClass.isFor(target)) {
      throw new IllegalArgumentException(
          "Cannot tell scaled casts to "
              + target
              + " from classes: it has more than 16 bits; choose a narrower target");
    }
    FloatFormat format = target.format();
    this.maxExponent = format.maxExponent();
    this.minExponent = format.minExponent();
    this.fractionBits = format.fractionBits();
    double boundary = ScalingClass.overflowBoundary(format);
    this.overflowRank = ScalingClass.rankOf(boundary);
    this.normalRank = ScalingClass.rankOf(ScalingClass.normalBoundary(format));
    boolean tieRoundsUp = (format.maxFiniteCode() & 1) == 1;
    this.bitsStillFinite = tieRoundsUp ? -1 : ScalingClass.bits(ScalingClass.of(boundary));
  }

  /** Whether the result is not finite, or clipped by a saturating target. */
  public boolean overflows(int scalingClass, int k) {
    int exponent = ScalingClass.binade(scalingClass) + k;
    int rank = ScalingClass.rank(scalingClass);
    boolean tie = rank == overflowRank && ScalingClass.bits(scalingClass) == bitsStillFinite;
    return exponent > maxExponent || exponent == maxExponent && rank >= overflowRank && !tie;
  }

  /** Whether the result is zero. */
  public boolean vanishes(int scalingClass, int k) {
    int exponent = ScalingClass.binade(scalingClass) + k;
    int half = minExponent - fractionBits - 1;
    return exponent < half || exponent == half && ScalingClass.bits(scalingClass) == 0;
  }

  /** Whether the result is not zero and below the smallest normal value of the target. */
  public boolean isSubnormal(int scalingClass, int k) {
    int below = minExponent - 1;
    int exponent = ScalingClass.binade(scalingClass) + k;
    boolean rounded = exponent == below && ScalingClass.rank(scalingClass) < normalRank;
    return (exponent < below || rounded) && !vanishes(scalingClass, k);
  }

  /** Whether the result is v · 2^k itself. */
  public boolean isExact(int scalingClass, int k) {
    int exponent = ScalingClass.binade(scalingClass) + k;
    int lowestPlace = exponent - ScalingClass.bits(scalingClass);
    return lowestPlace >= Math.max(exponent, minExponent) - fractionBits
        && !overflows(scalingClass, k);
  }
}
