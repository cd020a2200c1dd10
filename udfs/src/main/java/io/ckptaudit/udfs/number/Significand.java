package io.ckptaudit.udfs.number;

/**
 * Values of a format as integers: |value| = m · 2^{@link #unit}, with m an integer of {@link
 * #length} bits, the lowest of which is the last place of the value's binade.
 *
 * <p>Exact. Below the smallest normal the unit stays that of the subnormals and m gets shorter.
 * Zero, NaN and ±infinity have no binade. In F32 m is below 2^24 and binades run from −149 to 127;
 * in F64 below 2^53, from −1074 to 1023. Source: IEEE 754-2019 §3.4.
 */
public final class Significand {

  private Significand() {}

  /** Exponent of the last place of values from 2^binade to below 2^(binade+1). */
  public static int unit(FloatFormat format, int binade) {
    return Math.max(binade, format.minExponent()) - format.fractionBits();
  }

  /** Bits of the significands in a binade. */
  public static int length(FloatFormat format, int binade) {
    return binade - unit(format, binade) + 1;
  }

  /** The lowest binade that a value of the format lies in. */
  public static int lowestBinade(FloatFormat format) {
    return format.minExponent() - format.fractionBits();
  }

  /** m of a finite non-zero value of the format, without its sign. */
  public static long of(FloatFormat format, double value) {
    return (long) Math.scalb(Math.abs(value), -unit(format, Binade.of(value)));
  }

  /**
   * |value − cast| in last places of the value, or −1 where it is no whole number of them that
   * fits: where the cast is neither zero nor of the value's sign and binade, its upper end
   * included. Correct casts to formats of no more fraction bits always fit, but for clipped ones.
   *
   * @param value finite and not zero
   * @param cast finite
   */
  public static long residual(FloatFormat format, double value, double cast) {
    long m = of(format, value);
    if (cast == 0) {
      return m;
    }
    int binade = Binade.of(value);
    double ratio = Math.abs(cast) * (value < 0 == cast < 0 ? 1 : -1);
    double low = Math.scalb(1.0, binade);
    if (!(ratio >= low && ratio / 2 <= low)) {
      return -1;
    }
    return Math.abs((long) Math.scalb(ratio, -unit(format, binade)) - m);
  }
}
