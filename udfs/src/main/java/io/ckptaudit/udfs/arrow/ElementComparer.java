package io.ckptaudit.udfs.arrow;

import io.ckptaudit.udfs.kernel.CodePairs;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.FloatFormat;
import io.ckptaudit.udfs.state.ElementDifferences;
import io.ckptaudit.udfs.state.ElementDifferencesBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Holds the elements of two tensors against each other, stretch by stretch: those of one side, cast
 * as they are expected to have been, against those of the other. Reusable: {@link #finish} starts
 * over. Equal bytes are passed over many at a time; only what differs is looked at one by one.
 */
public final class ElementComparer implements AutoCloseable {

  /** Elements looked at one by one once one of them differs; a multiple of 8. */
  private static final int NEIGHBOURS = 64;

  private final DType from;
  private final DType to;
  private final FloatFormat format;
  private final double[] values;
  private final ExpectedElements expected;
  private final ElementDifferencesBuilder found;

  /** Null until elements of 16 bits have more than a few differences. */
  private CodePairs pairs;

  private final short[] wantedCodes = new short[ExpectedElements.BLOCK];
  private final short[] codes = new short[ExpectedElements.BLOCK];

  /** Elements looked at one by one since the last call of {@link #finish}. */
  private long lookedAt;

  public ElementComparer(ElementCast cast, ConversionFunctions functions) {
    this.from = cast.from();
    this.to = cast.to();
    this.format = to.isFloating() ? to.format() : null;
    this.values = to.isCountedByCode() ? values(format) : null;
    this.expected = new ExpectedElements(cast, functions);
    this.found = new ElementDifferencesBuilder(to);
  }

  private static double[] values(FloatFormat format) {
    double[] values = new double[format.codes()];
    for (int code = 0; code < values.length; code++) {
      values[code] = format.decode(code);
    }
    return values;
  }

  /**
   * Compares elements that stand in the same places. Those of packed dtypes begin and end with a
   * byte.
   *
   * @param source of the side whose elements were cast, from its position on
   * @param ofSource first element there to look at
   * @param result of the other side, likewise
   * @param index of the first of them in the sequence of all
   */
  public void add(
      ByteBuffer source, int ofSource, ByteBuffer result, int ofResult, int elements, long index) {
    for (int done = 0; done < elements; done += ExpectedElements.BLOCK) {
      int count = Math.min(ExpectedElements.BLOCK, elements - done);
      ByteBuffer wanted = expected.of(part(source, from, ofSource + done, count), count);
      compare(wanted, part(result, to, ofResult + done, count), count, index + done);
    }
    found.addElements(elements);
  }

  private static ByteBuffer part(ByteBuffer bytes, DType dtype, int first, int count) {
    int offset = bytes.position() + (int) ((long) first * dtype.bits() / Byte.SIZE);
    int length = (int) ((long) count * dtype.bits() / Byte.SIZE);
    return bytes.slice(offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void compare(ByteBuffer wanted, ByteBuffer result, int count, long index) {
    int bits = to.bits();
    ByteBuffer a = wanted.duplicate();
    ByteBuffer b = result.duplicate();
    int base = a.position();
    int at = 0;
    while (at < result.remaining()) {
      int equal = a.position(base + at).mismatch(b.position(at));
      if (equal < 0) {
        return;
      }
      int first = (int) ((long) (at + equal) * Byte.SIZE / bits);
      if (bits == Short.SIZE && values != null && lookedAt > CodePairs.FEW && found.hasFirst()) {
        addPairs(wanted, result, first, count);
        return;
      }
      int end = Math.min(count, first - first % Byte.SIZE + NEIGHBOURS);
      lookedAt += end - first;
      for (int i = first; i < end; i++) {
        compareOne(Codes.at(wanted, i, bits), Codes.at(result, i, bits), index + i);
      }
      at = end == count ? result.remaining() : (int) ((long) end * bits / Byte.SIZE);
    }
  }

  /** From one that differs on: those that follow differ as well, as a rule. */
  private void addPairs(ByteBuffer wanted, ByteBuffer result, int first, int count) {
    if (pairs == null) {
      pairs = new CodePairs();
    }
    if (pairs.isFull()) {
      drainPairs();
    }
    wanted.asShortBuffer().get(first, wantedCodes, 0, count - first);
    result.asShortBuffer().get(first, codes, 0, count - first);
    int others = pairs.add(wantedCodes, codes, count - first);
    for (int i = 0; i < others; i++) {
      addPair(wantedCodes[i] & 0xFFFF, codes[i] & 0xFFFF, 1);
    }
  }

  private void drainPairs() {
    pairs.drainTo(this::addPair);
  }

  private void addPair(int wanted, int is, int count) {
    double wantedValue = values[wanted];
    double value = values[is];
    if (wanted != is && !(Double.isNaN(wantedValue) && Double.isNaN(value))) {
      found.addPairs(wanted, is, wantedValue, value, count);
    }
  }

  private void compareOne(long wanted, long is, long index) {
    if (wanted == is) {
      return;
    }
    if (format == null) {
      found.addDifferent(index, wanted, is);
      return;
    }
    double wantedValue = value(wanted);
    double value = value(is);
    if (Double.isNaN(wantedValue) && Double.isNaN(value)) {
      return;
    }
    found.addDifferent(index, wanted, is, wantedValue, value);
  }

  private double value(long code) {
    if (values != null) {
      return values[(int) code];
    }
    return format == FloatFormat.F32
        ? Float.intBitsToFloat((int) code)
        : Double.longBitsToDouble(code);
  }

  /** What was found since the last call. */
  public ElementDifferences finish() {
    if (pairs != null) {
      drainPairs();
    }
    lookedAt = 0;
    return found.build();
  }

  @Override
  public void close() {
    expected.close();
  }
}
