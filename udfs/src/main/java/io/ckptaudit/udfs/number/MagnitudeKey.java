package io.ckptaudit.udfs.number;

/**
 * Magnitudes of codes as integers that compare as they do: the code without its sign, and one more
 * than that of the largest finite magnitude for all that is not finite.
 *
 * <p>Exact; from 0 to {@link #notFinite}, which is below 2^63 for every format. NaN and ±infinity
 * have the same key, −0 that of 0, subnormals theirs.
 */
public final class MagnitudeKey {

  private MagnitudeKey() {}

  /** The key of a code. */
  public static long of(FloatFormat format, long code) {
    return format.isFinite(code) ? format.magnitude(code) : notFinite(format);
  }

  /** The key of what is not finite, the largest of a format, even if it has nothing such. */
  public static long notFinite(FloatFormat format) {
    return format.maxFiniteCode() + 1;
  }

  /** The magnitude of a key; NaN of what is not finite. */
  public static double value(FloatFormat format, long key) {
    return key == notFinite(format) ? Double.NaN : format.decode(key);
  }
}
