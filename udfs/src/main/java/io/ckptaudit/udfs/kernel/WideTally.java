package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.Target;
import java.math.BigInteger;

/**
 * Receives what a {@link WideCounter} found, in no particular order. Significands and residuals are
 * in last places of the source's binade; counts are at least one and sums exact.
 */
public interface WideTally {

  /** Elements that BF16 holds, by ascending BF16 code. */
  void bf16(int[] codes, long[] counts);

  /** NaNs whose payload BF16 cannot hold. */
  void nan(long count);

  /** Smallest and largest value and smallest magnitude of what BF16 cannot hold, if anything. */
  void extremes(double smallest, double largest, double nearestZero);

  /** Significands of the values of a sign and binade that BF16 cannot hold. */
  void values(int binade, boolean negative, long count, BigInteger sum, BigInteger sumSq);

  /** Values of a binade by trailing zero bits of their significand. */
  void trailingZeros(int binade, int zeros, long count);

  /** Results of casting what BF16 cannot hold, by ascending code; targets of at most 16 bits. */
  void codes(Target target, int[] codes, long[] counts);

  /** Values that became zero, and values that became subnormal. */
  void small(Target target, long underflow, long subnormal);

  /** Significands of values whose result is not finite. */
  void lost(Target target, int binade, long count, BigInteger sum, BigInteger sumSq);

  /** Significands of values beyond the limit of a saturating target whose result is finite. */
  void clipped(Target target, int binade, long count, BigInteger sum, BigInteger sumSq);

  /**
   * Errors r that are whole last places of the value, and not zero.
   *
   * @param counts by 2 · bit length of r, plus one where r shifted to the length of the significand
   *     m is at least m
   * @param shareOf r of the largest r / m; of equal ones that of the smallest m
   * @param shareIn m of it
   */
  void residuals(
      Target target,
      int binade,
      long[] counts,
      BigInteger sum,
      BigInteger sumSq,
      long largest,
      long shareOf,
      long shareIn);
}
