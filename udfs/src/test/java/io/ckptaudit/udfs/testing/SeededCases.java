package io.ckptaudit.udfs.testing;

import io.ckptaudit.udfs.number.FloatFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/**
 * Random inputs that can be had again: the seed changes with every run unless -Dtests.seed is set,
 * and {@link #toString} tells it. Put an instance into the description of every assertion.
 */
public final class SeededCases {

  private final long seed;
  private final Random random;

  private SeededCases(long seed) {
    this.seed = seed;
    this.random = new Random(seed);
  }

  public static SeededCases create() {
    return of(Long.getLong("tests.seed", System.nanoTime()));
  }

  public static SeededCases of(long seed) {
    return new SeededCases(seed);
  }

  public Random random() {
    return random;
  }

  /** From 0 to below the bound. */
  public int below(int bound) {
    return random.nextInt(bound);
  }

  /** A finite double of any exponent, sign and significand; one in sixteen subnormal or zero. */
  public double anyDouble() {
    long exponent = below(16) == 0 ? 0 : below(2047);
    long sign = random.nextLong() & Long.MIN_VALUE;
    long fraction = below(4) == 0 ? 0 : random.nextLong() >>> 12 >>> below(52);
    return Double.longBitsToDouble(sign | exponent << 52 | fraction);
  }

  /** A double whose exponent lies between two, both included. */
  public double doubleBetween(int lowest, int highest) {
    double significand = 1 + random.nextDouble();
    double value = Math.scalb(significand, lowest + below(highest - lowest + 1));
    return random.nextBoolean() ? value : -value;
  }

  /** A count of any bit length from 1 to 62. */
  public long anyCount() {
    return (random.nextLong() >>> 1 | 1L << 62) >>> 1 + below(62);
  }

  /**
   * Codes of a tensor in one of several moods: any codes at all, few different ones, mostly NaN,
   * infinities, zeros and subnormals, nothing but NaN, or weights.
   */
  public int[] codes(FloatFormat format, int length) {
    int mood = below(16);
    int[] few = random.ints(1 + below(6), 0, format.codes()).toArray();
    int[] codes = new int[length];
    for (int i = 0; i < length; i++) {
      codes[i] =
          switch (mood) {
            case 0, 1, 2, 3, 4, 5 -> below(format.codes());
            case 6, 7, 8 -> few[below(few.length)];
            case 9, 10, 11, 12 -> special(format);
            case 13 -> nanOr(format, below(format.codes()));
            default -> weight(format);
          };
    }
    return codes;
  }

  /** Codes near the ends of the format's ranges, with either sign. */
  public int special(FloatFormat format) {
    int top = (int) format.maxFiniteCode();
    int[] magnitudes = {0, 0, 1, 2, top, top - 1, top + 1, top + 2, 1 << format.fractionBits()};
    int magnitude = magnitudes[below(magnitudes.length)];
    return (random.nextBoolean() ? magnitude : magnitude | format.codes() / 2) % format.codes();
  }

  private int nanOr(FloatFormat format, int code) {
    return format.isNaN(code) || !format.hasNaN() ? code : nan(format);
  }

  private static int nan(FloatFormat format) {
    int code = 0;
    while (!format.isNaN(code)) {
      code++;
    }
    return code;
  }

  private int weight(FloatFormat format) {
    double weight = random.nextGaussian() * 0.02;
    return format.isSigned() ? (int) format.round(weight) : 100 + below(20);
  }

  /** Ends of consecutive pieces of a sequence, ascending, the last being its length; some empty. */
  public int[] cuts(int length) {
    int[] ends = random.ints(below(9), 0, length + 1).sorted().toArray();
    int[] cuts = Arrays.copyOf(ends, ends.length + 1);
    cuts[ends.length] = length;
    return cuts;
  }

  /** The same elements in another order. */
  public <T> List<T> shuffled(List<T> list) {
    List<T> shuffled = new ArrayList<>(list);
    Collections.shuffle(shuffled, random);
    return shuffled;
  }

  @Override
  public String toString() {
    return "rerun with -Dtests.seed=" + seed;
  }
}
