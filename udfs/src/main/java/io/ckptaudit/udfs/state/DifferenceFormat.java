package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;
import java.util.ArrayList;
import java.util.List;

/**
 * The byte layout of element differences, version 1.
 *
 * <pre>
 * byte   0    'E'
 * byte   1    version, 1
 * byte   2    length of the dtype's name, then the name in ASCII
 * varint ×4   elements, different, not finite, largest steps
 * 8 bytes     bits of the largest difference
 * varint      number of places, then for each: varint index, 8 bytes expected, 8 bytes found
 * three times: varint of zeros, varint number of bins, then for each: varint bin + 4096, varint count
 * </pre>
 *
 * Varints as in {@link StateFormat}, other numbers little-endian. Reading checks every length
 * before it allocates.
 */
final class DifferenceFormat {

  private static final int KIND = 'E';
  private static final int VERSION = 1;
  private static final int BIN_OFFSET = 4096;

  private DifferenceFormat() {}

  static byte[] write(ElementDifferences state) {
    StateOutput out = new StateOutput();
    out.writeByte(KIND);
    out.writeByte(VERSION);
    out.writeName(state.dtype().name());
    out.writeVarint(state.elements());
    out.writeVarint(state.different());
    out.writeVarint(state.notFinite());
    out.writeVarint(state.largestSteps());
    out.writeLong(Double.doubleToRawLongBits(state.largest()));
    out.writeVarint(state.first().size());
    for (ElementDifferences.Place place : state.first()) {
      out.writeVarint(place.index());
      out.writeLong(place.expected());
      out.writeLong(place.found());
    }
    write(out, state.absolute());
    write(out, state.relative());
    write(out, state.steps());
    return out.toBytes();
  }

  private static void write(StateOutput out, Histogram histogram) {
    out.writeVarint(histogram.zero());
    List<long[]> bins = new ArrayList<>();
    histogram.forEach((bin, count) -> bins.add(new long[] {bin, count}));
    out.writeVarint(bins.size());
    for (long[] bin : bins) {
      out.writeVarint(bin[0] + BIN_OFFSET);
      out.writeVarint(bin[1]);
    }
  }

  static ElementDifferences read(byte[] bytes) {
    StateInput in = new StateInput(bytes);
    int kind = in.readByte();
    in.check(kind == KIND, "unknown kind " + kind);
    int version = in.readByte();
    in.check(version == VERSION, "version " + version + " instead of " + VERSION);
    DType dtype = StateFormat.readDtype(in);
    long elements = in.readVarint();
    long different = in.readVarint();
    in.check(different <= elements, "more elements differ than there are");
    ElementDifferences state =
        new ElementDifferences(
            dtype,
            elements,
            different,
            in.readVarint(),
            in.readVarint(),
            Double.longBitsToDouble(in.readLong()),
            readPlaces(in),
            readHistogram(in),
            readHistogram(in),
            readHistogram(in));
    in.check(in.remaining() == 0, in.remaining() + " trailing bytes");
    return state;
  }

  private static List<ElementDifferences.Place> readPlaces(StateInput in) {
    long number = in.readVarint();
    in.check(number <= ElementDifferences.KEPT, number + " places");
    List<ElementDifferences.Place> places = new ArrayList<>();
    for (long i = 0; i < number; i++) {
      places.add(new ElementDifferences.Place(in.readVarint(), in.readLong(), in.readLong()));
    }
    return List.copyOf(places);
  }

  private static Histogram readHistogram(StateInput in) {
    Histogram histogram = new Histogram();
    histogram.addZero(in.readVarint());
    long bins = in.readVarint();
    in.check(bins <= in.remaining() / 2, bins + " bins declared, too many for what is left");
    for (long i = 0; i < bins; i++) {
      long bin = in.readVarint();
      in.check(bin < 2L * BIN_OFFSET, "a bin beyond those of doubles");
      histogram.add((int) bin - BIN_OFFSET, in.readVarint());
    }
    return histogram;
  }
}
