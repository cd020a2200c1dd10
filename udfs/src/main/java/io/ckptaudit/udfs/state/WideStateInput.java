package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.number.Significand;
import io.ckptaudit.udfs.number.Target;
import java.math.BigInteger;
import java.util.EnumMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeSet;

/** Checked reading of what {@link WideStateFormat} writes. */
final class WideStateInput {

  static final int MASK_BITS = 62;

  /** 2^63 squares of the largest double are below 2^2200, in units of 2^-2200. */
  private static final int MAX_SUM_BYTES = 600;

  private static final int MAX_TARGETS = Target.values().length;

  private final StateInput in;
  private final DType dtype;
  private final FloatFormat source;
  private final long elements;

  WideStateInput(StateInput in, DType dtype, long elements) {
    this.in = in;
    this.dtype = dtype;
    this.source = dtype.format();
    this.elements = elements;
  }

  static int beforeFirst(FloatFormat source) {
    return Significand.lowestBinade(source) - 1;
  }

  /** The shortest unsigned big-endian bytes; none for zero. */
  static byte[] magnitude(BigInteger sum) {
    byte[] bytes = sum.toByteArray();
    if (bytes[0] != 0) {
      return bytes;
    }
    byte[] shortest = new byte[bytes.length - 1];
    System.arraycopy(bytes, 1, shortest, 0, shortest.length);
    return shortest;
  }

  WideCounts read(Integer digest) {
    try {
      Place place = StateFormat.readPlace(in, digest);
      CodeCounts bf16 = StateFormat.readCodes(in, DType.BF16, elements, Place.NONE);
      WideValues values = readValues();
      WideCounts state = new WideCounts(dtype, bf16, values, readCasts(values), place);
      in.check(
          state.elements() == elements,
          elements + " elements declared but " + state.elements() + " counted");
      StateFormat.checkFault(in, state.placeFault());
      StateFormat.checkFault(in, WideStateCheck.fault(state));
      return state;
    } catch (ArithmeticException e) {
      throw in.malformed("more counted than the " + elements + " elements");
    }
  }

  private WideValues readValues() {
    WideValues values = new WideValues(source);
    values.nan = in.readVarint();
    readMoments(values.positive);
    readMoments(values.negative);
    if (values.count() > 0) {
      double smallest = readDouble();
      double largest = readDouble();
      double nearestZero = readDouble();
      in.check(smallest <= largest && nearestZero > 0, "extremes that contradict the values");
      values.addExtremes(smallest, largest, nearestZero);
      TreeSet<Integer> binades = new TreeSet<>(values.positive.keySet());
      binades.addAll(values.negative.keySet());
      for (int binade : binades) {
        values.trailingZeros.put(binade, readCounts(source.fractionBits() + 1));
      }
    }
    return values;
  }

  private int readBinade(int previous) {
    long step = in.readVarint();
    if (step >= source.maxExponent() - (long) previous) {
      throw in.malformed("a binade beyond the last of " + source);
    }
    return previous + 1 + (int) step;
  }

  private void readMoments(SortedMap<Integer, Moments> moments) {
    long number = in.readVarint();
    int previous = beforeFirst(source);
    for (long i = 0; i < number; i++) {
      previous = readBinade(previous);
      moments.put(previous, new Moments(in.readVarint(), readSum(), readSum()));
    }
  }

  private Map<Target, CastErrors> readCasts(WideValues values) {
    Map<Target, CastErrors> casts = new EnumMap<>(Target.class);
    long number = in.readVarint();
    in.check(number <= MAX_TARGETS, number + " targets");
    String previous = "";
    for (long i = 0; i < number; i++) {
      String name = in.readName();
      in.check(name.compareTo(previous) > 0, "targets out of order");
      previous = name;
      Target target = target(name);
      casts.put(target, readCast(target, Math.addExact(values.count(), values.nan)));
    }
    in.check(
        WideCounts.keptTargets(dtype, casts.keySet()).equals(casts.keySet()),
        "no set of targets that is counted");
    return casts;
  }

  private Target target(String name) {
    for (Target target : Target.values()) {
      if (target.name().equals(name)) {
        return target;
      }
    }
    throw in.malformed("an unknown target");
  }

  private CastErrors readCast(Target target, long casts) {
    CastErrors errors = new CastErrors(source, target);
    if (target.format().bits() <= Short.SIZE) {
      errors.codes =
          StateFormat.readCodes(in, WideCountsBuilder.codesOf(target), casts, Place.NONE);
    }
    errors.underflow = in.readVarint();
    errors.subnormal = in.readVarint();
    readMoments(errors.lost);
    readMoments(errors.clipped);
    long number = in.readVarint();
    int previous = beforeFirst(source);
    for (long i = 0; i < number; i++) {
      previous = readBinade(previous);
      errors.residuals.put(previous, readResiduals());
    }
    readFar(errors);
    return errors;
  }

  private Residuals readResiduals() {
    return new Residuals(
        readCounts(Residuals.cells(source.fractionBits() + 1)),
        readSum(),
        readSum(),
        in.readVarint(),
        in.readVarint(),
        in.readVarint());
  }

  private void readFar(CastErrors errors) {
    long count = in.readVarint();
    if (count == 0) {
      return;
    }
    BigInteger sum = readSum();
    BigInteger sumSq = readSum();
    Histogram[] bins = {readBins(count), readBins(count), readBins(count)};
    FarErrors.Witness[] most = {readWitness(), readWitness(), readWitness()};
    errors.far.addStored(sum, sumSq, bins, most);
    FarErrors.Witness[] kept = errors.far.witnesses();
    for (int i = 0; i < most.length; i++) {
      in.check(most[i].equals(kept[i]), "an error larger than the largest");
    }
  }

  private FarErrors.Witness readWitness() {
    double value = readDouble();
    double cast = readDouble();
    in.check(
        isOfSource(value) && value != 0 && isOfSource(cast) && value != cast,
        "an error of no value");
    return new FarErrors.Witness(value, cast);
  }

  private boolean isOfSource(double value) {
    return Double.isFinite(value) && source.decode(source.round(value)) == value;
  }

  private Histogram readBins(long count) {
    Histogram histogram = new Histogram();
    long left = count;
    int previous = WideStateFormat.LOWEST_BIN - 1;
    long number = in.readVarint();
    for (long i = 0; i < number; i++) {
      long step = in.readVarint();
      in.check(step < -2L * WideStateFormat.LOWEST_BIN, "a bin that no error lies in");
      previous += 1 + (int) step;
      in.check(previous < -WideStateFormat.LOWEST_BIN, "a bin that no error lies in");
      long inBin = in.readVarint();
      in.check(inBin > 0, "a count of zero");
      left -= inBin;
      if (left < 0) {
        throw in.malformed("more errors in bins than " + count);
      }
      histogram.add(previous, inBin);
    }
    in.check(left == 0, "fewer errors in bins than " + count);
    return histogram;
  }

  private long[] readCounts(int length) {
    long[] counts = new long[length];
    for (int from = 0; from < length; from += MASK_BITS) {
      int to = Math.min(length, from + MASK_BITS);
      long mask = in.readVarint();
      in.check(mask >>> (to - from) == 0, "a mask of more counts than there are");
      for (int i = from; i < to; i++) {
        if ((mask >>> (i - from) & 1) == 1) {
          counts[i] = in.readVarint();
          in.check(counts[i] > 0, "a count of zero");
        }
      }
    }
    return counts;
  }

  private BigInteger readSum() {
    long length = in.readVarint();
    if (length > MAX_SUM_BYTES) {
      throw in.malformed("a sum of " + length + " bytes");
    }
    byte[] bytes = in.readBytes((int) length);
    in.check(length == 0 || bytes[0] != 0, "a sum not in its shortest form");
    return new BigInteger(1, bytes);
  }

  private double readDouble() {
    return Double.longBitsToDouble(in.readLong());
  }
}
