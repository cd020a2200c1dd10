package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.Target;
import java.math.BigInteger;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;

/**
 * Puts a {@link WideCounts} together from what a counter found. Everything may be given in pieces,
 * in any order; counts of zero are left out. Not reusable.
 */
public final class WideCountsBuilder {

  private final DType dtype;
  private final WideValues values;
  private final Map<Target, CastErrors> casts = new EnumMap<>(Target.class);
  private CodeCounts bf16 = CodeCounts.of(DType.BF16, new int[0], new long[0]);

  /**
   * @param targets asked for; see {@link WideCounts#keptTargets}
   */
  public WideCountsBuilder(DType dtype, Set<Target> targets) {
    if (!WideCounts.isFor(dtype)) {
      throw new IllegalArgumentException(
          "Cannot hold wide counts of " + dtype + ": only F32 and F64 are counted so");
    }
    this.dtype = dtype;
    this.values = new WideValues(dtype.format());
    for (Target target : WideCounts.keptTargets(dtype, targets)) {
      CastErrors errors = new CastErrors(dtype.format(), target);
      errors.codes = target.format().bits() > 16 ? null : noCodes(target);
      casts.put(target, errors);
    }
  }

  private static CodeCounts noCodes(Target target) {
    return CodeCounts.of(codesOf(target), new int[0], new long[0]);
  }

  static DType codesOf(Target target) {
    return DType.valueOf(target.format().name());
  }

  /** Elements that BF16 holds, by ascending code. */
  public void addBf16(int[] codes, long[] counts) {
    bf16 = bf16.merge(CodeCounts.of(DType.BF16, codes, counts));
  }

  /** NaNs whose payload BF16 cannot hold. */
  public void addNaN(long count) {
    values.nan = Math.addExact(values.nan, count);
  }

  /** Smallest and largest value, and smallest magnitude, of what BF16 cannot hold. */
  public void addExtremes(double smallest, double largest, double nearestZero) {
    values.addExtremes(smallest, largest, nearestZero);
  }

  /** Values of one sign and binade, which BF16 cannot hold. */
  public void addValues(
      int binade, boolean negative, long count, BigInteger sum, BigInteger sumSq) {
    values.ofSign(negative).merge(binade, new Moments(count, sum, sumSq), Moments::plus);
  }

  /** Values of a binade by trailing zero bits of their significand. */
  public void addTrailingZeros(int binade, int zeros, long count) {
    values.addTrailingZeros(binade, zeros, count);
  }

  /** Results of casting all that BF16 cannot hold, by ascending code. */
  public void addCodes(Target target, int[] codes, long[] counts) {
    CastErrors errors = casts.get(target);
    errors.codes = errors.codes.merge(CodeCounts.of(codesOf(target), codes, counts));
  }

  /** Values that became zero, and values that became subnormal. */
  public void addSmall(Target target, long underflow, long subnormal) {
    CastErrors errors = casts.get(target);
    errors.underflow = Math.addExact(errors.underflow, underflow);
    errors.subnormal = Math.addExact(errors.subnormal, subnormal);
  }

  /** Values whose result is not finite. */
  public void addLost(Target target, int binade, long count, BigInteger sum, BigInteger sumSq) {
    casts.get(target).lost.merge(binade, new Moments(count, sum, sumSq), Moments::plus);
  }

  /** Values beyond the limit of a saturating target whose result is finite. */
  public void addClipped(Target target, int binade, long count, BigInteger sum, BigInteger sumSq) {
    casts.get(target).clipped.merge(binade, new Moments(count, sum, sumSq), Moments::plus);
  }

  /**
   * Errors that are whole last places of the value.
   *
   * @param counts by 2 · bit length of r, plus one where r shifted to the length of m is at least m
   * @param shareOf r of the largest r / m; of equal ones that of the smallest m
   * @param shareIn m of it
   */
  public void addResiduals(
      Target target,
      int binade,
      long[] counts,
      BigInteger sum,
      BigInteger sumSq,
      long largest,
      long shareOf,
      long shareIn) {
    casts
        .get(target)
        .residuals
        .merge(
            binade, new Residuals(counts, sum, sumSq, largest, shareOf, shareIn), Residuals::plus);
  }

  /** A value with a finite result that is no whole number of its last places away. */
  public void addFar(Target target, double value, double cast) {
    casts.get(target).far.add(value, cast);
  }

  /**
   * @param minIndex index in the tensor of the first smallest finite element, or −1
   * @param maxIndex index in the tensor of the first largest finite element, or −1
   * @param nonFiniteIndex index in the tensor of the first element that is not finite, or −1
   * @param orderDigest contribution of the part, or null
   * @throws IllegalArgumentException if no part is so
   */
  public WideCounts build(long minIndex, long maxIndex, long nonFiniteIndex, Integer orderDigest) {
    Place place = new Place(minIndex, maxIndex, nonFiniteIndex, orderDigest);
    WideCounts state = new WideCounts(dtype, bf16, values, casts, place);
    String fault = state.placeFault();
    if (fault == null) {
      fault = WideStateCheck.fault(state);
    }
    if (fault != null) {
      throw new IllegalArgumentException(
          "Cannot hold wide counts of "
              + dtype
              + ": "
              + fault
              + "; hand in what one counter found");
    }
    return state;
  }
}
