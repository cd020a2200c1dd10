package io.ckptaudit.udfs.state;

import java.math.BigInteger;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is known of the updates that a training step made to some part of a tensor: a commutative
 * monoid under {@link #merge}, with the same {@linkplain #toBytes bytes} for any cut and order.
 *
 * <p>Counts of elements, without unit, and sums of |u| in integers: exact. A kind tells the targets
 * in which an update is lost: bit 0 for F16, bit 1 for BF16. Updates of NaN or infinity are counted
 * alone; subnormal ones are updates; the empty part is the identity. More than 2^63 − 1 elements
 * throw {@link ArithmeticException}. Source: DESIGN §6.
 */
public final class UpdateCounts {

  static final int KINDS = 4;
  private static final int VERSION = 1;

  long elements;
  long zero;
  long nonFinite;
  long below24;
  long above2048;
  long above256;

  /** By target: F16, BF16. */
  final long[] belowHalf = new long[2];

  final long[] overflow = new long[2];

  /** Updates of elements that were zero, by kind. */
  final long[] ofZero = new long[KINDS];

  /** The others by bin of |before| / |u|, then by kind. */
  final SortedMap<Integer, long[]> ratios = new TreeMap<>();

  /** Σ|u| is the sum of m · 2^unit, by unit, then by kind. */
  final SortedMap<Integer, BigInteger[]> sums = new TreeMap<>();

  /** Of no element. */
  public UpdateCounts() {}

  public long elements() {
    return elements;
  }

  public void addTotals(long moreElements, long moreZero, long moreNonFinite) {
    elements = Math.addExact(elements, moreElements);
    zero += moreZero;
    nonFinite += moreNonFinite;
  }

  /**
   * @param target 0 for F16, 1 for BF16
   */
  public void addCopies(int target, long moreBelowHalf, long moreOverflow) {
    belowHalf[target] += moreBelowHalf;
    overflow[target] += moreOverflow;
  }

  public void addFlags(long moreBelow24, long moreAbove2048, long moreAbove256) {
    below24 += moreBelow24;
    above2048 += moreAbove2048;
    above256 += moreAbove256;
  }

  /**
   * @param bin null where the element was zero
   */
  public void addRatio(Integer bin, int kind, long count) {
    long[] counts = bin == null ? ofZero : ratios.computeIfAbsent(bin, none -> new long[KINDS]);
    counts[kind] += count;
  }

  public void addSum(int unit, int kind, BigInteger m) {
    BigInteger[] of =
        sums.computeIfAbsent(
            unit,
            none ->
                new BigInteger[] {
                  BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO, BigInteger.ZERO
                });
    of[kind] = of[kind].add(m);
  }

  /** Both parts together. */
  public UpdateCounts merge(UpdateCounts other) {
    UpdateCounts merged = new UpdateCounts();
    merged.addAll(this);
    merged.addAll(other);
    return merged;
  }

  private void addAll(UpdateCounts other) {
    addTotals(other.elements, other.zero, other.nonFinite);
    addFlags(other.below24, other.above2048, other.above256);
    for (int target = 0; target < 2; target++) {
      addCopies(target, other.belowHalf[target], other.overflow[target]);
    }
    for (int kind = 0; kind < KINDS; kind++) {
      ofZero[kind] += other.ofZero[kind];
    }
    other.ratios.forEach(
        (bin, counts) -> {
          for (int kind = 0; kind < KINDS; kind++) {
            addRatio(bin, kind, counts[kind]);
          }
        });
    other.sums.forEach(
        (unit, of) -> {
          for (int kind = 0; kind < KINDS; kind++) {
            addSum(unit, kind, of[kind]);
          }
        });
  }

  /**
   * The canonical bytes: version 1; the counts as varints in the order of the fields; number of
   * bins, then each plus 512 with its four counts; number of units, then each plus 512 with its
   * four sums, a sum being the number of its bytes and these, big-endian.
   */
  public byte[] toBytes() {
    StateOutput out = new StateOutput();
    out.writeByte(VERSION);
    for (long[] counts :
        new long[][] {
          {elements, zero, nonFinite, below24, above2048, above256}, belowHalf, overflow, ofZero
        }) {
      write(out, counts);
    }
    out.writeVarint(ratios.size());
    ratios.forEach(
        (bin, counts) -> {
          out.writeVarint(bin + 512L);
          write(out, counts);
        });
    out.writeVarint(sums.size());
    sums.forEach(
        (unit, of) -> {
          out.writeVarint(unit + 512L);
          for (BigInteger sum : of) {
            byte[] bytes = sum.toByteArray();
            out.writeVarint(bytes.length);
            out.writeBytes(bytes);
          }
        });
    return out.toBytes();
  }

  private static void write(StateOutput out, long[] counts) {
    for (long count : counts) {
      out.writeVarint(count);
    }
  }

  /**
   * What {@link #toBytes} wrote.
   *
   * @throws MalformedStateException if it did not
   */
  public static UpdateCounts fromBytes(byte[] bytes) {
    StateInput in = new StateInput(bytes);
    int version = in.readByte();
    in.check(version == VERSION, "version " + version + " instead of " + VERSION);
    UpdateCounts counts = new UpdateCounts();
    counts.addTotals(in.readVarint(), in.readVarint(), in.readVarint());
    counts.addFlags(in.readVarint(), in.readVarint(), in.readVarint());
    read(in, counts.belowHalf);
    read(in, counts.overflow);
    read(in, counts.ofZero);
    long bins = in.readVarint();
    for (long i = 0; i < bins; i++) {
      read(in, counts.ratios.computeIfAbsent(exponent(in), none -> new long[KINDS]));
    }
    long units = in.readVarint();
    for (long i = 0; i < units; i++) {
      int unit = exponent(in);
      for (int kind = 0; kind < KINDS; kind++) {
        long length = in.readVarint();
        if (length <= 0 || length > in.remaining()) {
          throw in.malformed("a sum of " + length + " bytes");
        }
        counts.addSum(unit, kind, new BigInteger(in.readBytes((int) length)));
      }
    }
    in.check(in.remaining() == 0, in.remaining() + " trailing bytes");
    return counts;
  }

  private static int exponent(StateInput in) {
    long biased = in.readVarint();
    in.check(biased < 1024, "an exponent out of range");
    return (int) biased - 512;
  }

  private static void read(StateInput in, long[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] = in.readVarint();
    }
  }
}
