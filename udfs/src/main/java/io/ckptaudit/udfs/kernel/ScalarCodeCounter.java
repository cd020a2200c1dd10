package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.IntStream;

/** The reference: one element at a time, extremes compared as decoded values. */
final class ScalarCodeCounter implements CodeCounter {

  private final FloatFormat format;
  private final long[] counts;
  private final TableCrc32c crc = new TableCrc32c();

  private long elements;
  private double min;
  private double max;
  private long firstMinIndex;
  private long firstMaxIndex;
  private long firstNonFiniteIndex;

  ScalarCodeCounter(FloatFormat format) {
    this.format = CodeCounter.requireCountable(format);
    this.counts = new long[format.codes()];
    reset();
  }

  @Override
  public FloatFormat format() {
    return format;
  }

  @Override
  public void add(ByteBuffer span) {
    CodeCounter.requireWholeElements(format, span);
    ByteBuffer bytes = span.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int bits = 0;
    int held = 0;
    while (bytes.hasRemaining()) {
      byte next = bytes.get();
      crc.update(next);
      bits |= (next & 0xFF) << held;
      held += Byte.SIZE;
      while (held >= format.bits()) {
        countNext(bits & format.codes() - 1);
        bits >>>= format.bits();
        held -= format.bits();
      }
    }
  }

  private void countNext(int code) {
    counts[code]++;
    double value = format.decode(code);
    if (Double.isFinite(value)) {
      if (firstMinIndex < 0 || value < min) {
        min = value;
        firstMinIndex = elements;
      }
      if (firstMaxIndex < 0 || value > max) {
        max = value;
        firstMaxIndex = elements;
      }
    } else if (firstNonFiniteIndex < 0) {
      firstNonFiniteIndex = elements;
    }
    elements++;
  }

  @Override
  public long elements() {
    return elements;
  }

  @Override
  public int[] codes() {
    return IntStream.range(0, counts.length).filter(code -> counts[code] != 0).toArray();
  }

  @Override
  public long count(int code) {
    return counts[code];
  }

  @Override
  public long firstMinIndex() {
    return firstMinIndex;
  }

  @Override
  public long firstMaxIndex() {
    return firstMaxIndex;
  }

  @Override
  public long firstNonFiniteIndex() {
    return firstNonFiniteIndex;
  }

  @Override
  public int crc32c() {
    return crc.value();
  }

  @Override
  public void reset() {
    Arrays.fill(counts, 0);
    crc.reset();
    elements = 0;
    firstMinIndex = -1;
    firstMaxIndex = -1;
    firstNonFiniteIndex = -1;
  }
}
