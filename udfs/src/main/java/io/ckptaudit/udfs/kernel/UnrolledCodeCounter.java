package io.ckptaudit.udfs.kernel;

import io.ckptaudit.udfs.number.FloatFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The fast twin: counting is all that is done per element. The digest is taken of each piece while
 * it is still in a near cache. Extremes, and the first element that is not finite, are looked for
 * in the tables after each block, and in the block itself only when the tables show a value beyond
 * those known, which is seldom.
 */
final class UnrolledCodeCounter implements CodeCounter {

  /**
   * Small enough to be in the second-level cache still when its digest is taken; a multiple of 24,
   * so that no element is cut.
   */
  private static final int PIECE_BYTES = 65_520;

  /**
   * Large enough that looking through the tables after each block costs little beside counting, and
   * small enough that looking through the block for a new extreme does.
   */
  private static final int BLOCK_BYTES = 16 * PIECE_BYTES;

  private final FloatFormat format;

  /** Bytes of an element where it is counted: unpacked ones take a byte. */
  private final int width;

  private final int blockBytes;
  private final PackedCodes packed;
  private final ValueOrder order;
  private final CodeTables tables;
  private final SpanCrc32c crc = new SpanCrc32c();

  private long elements;
  private int minRank;
  private int maxRank;
  private long firstMinIndex;
  private long firstMaxIndex;
  private long firstNonFiniteIndex;

  UnrolledCodeCounter(FloatFormat format) {
    this.format = CodeCounter.requireCountable(format);
    this.width = format.bits() <= Byte.SIZE ? Byte.BYTES : Short.BYTES;
    boolean isPacked = format.bits() < Byte.SIZE;
    this.blockBytes = isPacked ? PIECE_BYTES : BLOCK_BYTES;
    this.packed = isPacked ? new PackedCodes(format, 2 * PIECE_BYTES) : null;
    this.order = new ValueOrder(format);
    this.tables = width == 1 ? new ByteCodeTables() : new WideCodeTables();
    forgetPlaces();
  }

  @Override
  public FloatFormat format() {
    return format;
  }

  @Override
  public void add(ByteBuffer span) {
    CodeCounter.requireWholeElements(format, span);
    ByteBuffer bytes = span.slice().order(ByteOrder.LITTLE_ENDIAN);
    int end = bytes.limit();
    for (int from = 0; from < end; ) {
      int to = end - from < 2 * blockBytes ? end : from + blockBytes;
      addBlock(bytes, from, to);
      from = to;
    }
  }

  private void addBlock(ByteBuffer bytes, int from, int to) {
    if (packed == null) {
      for (int start = from; start < to; start += PIECE_BYTES) {
        int end = start + Math.min(PIECE_BYTES, to - start);
        tables.count(bytes, start, end);
        digest(bytes, start, end);
      }
      endBlock(bytes, from, to);
    } else {
      ByteBuffer codes = packed.unpack(bytes, from, to);
      tables.count(codes, 0, codes.limit());
      digest(bytes, from, to);
      endBlock(codes, 0, codes.limit());
    }
  }

  private void digest(ByteBuffer bytes, int from, int to) {
    crc.update(bytes, from, to);
    bytes.clear();
  }

  private void endBlock(ByteBuffer codes, int from, int to) {
    updateMin(codes, from, to);
    updateMax(codes, from, to);
    if (firstNonFiniteIndex < 0 && order.nonFiniteCounted(tables)) {
      firstNonFiniteIndex = elements + indexOfNonFinite(codes, from, to);
    }
    elements += (to - from) / width;
  }

  private void updateMin(ByteBuffer bytes, int from, int to) {
    int rank = order.lowestCounted(tables, order.lowest(), minRank - 1);
    if (rank != ValueOrder.NONE) {
      minRank = rank;
      firstMinIndex = elements + indexOf(rank, bytes, from, to);
    }
  }

  private void updateMax(ByteBuffer bytes, int from, int to) {
    int rank = order.highestCounted(tables, maxRank + 1, order.highest());
    if (rank != ValueOrder.NONE) {
      maxRank = rank;
      firstMaxIndex = elements + indexOf(rank, bytes, from, to);
    }
  }

  /** Elements between the byte offset {@code from} and the first that is not finite. */
  private int indexOfNonFinite(ByteBuffer bytes, int from, int to) {
    for (int i = from; i < to; i += width) {
      if (!format.isFinite(width == 1 ? bytes.get(i) & 0xFF : bytes.getShort(i) & 0xFFFF)) {
        return (i - from) / width;
      }
    }
    throw changed("no code that is not finite");
  }

  /** Elements between the byte offset {@code from} and the first element of a rank. */
  private int indexOf(int rank, ByteBuffer bytes, int from, int to) {
    int kept = (format.codes() - 1) & ~order.ignoredBits(rank);
    int code = order.code(rank);
    for (int i = ElementSearch.skip(bytes, from, to, width, kept, code); i < to; i += width) {
      int next = width == 1 ? bytes.get(i) : bytes.getShort(i);
      if ((next & kept) == code) {
        return (i - from) / width;
      }
    }
    throw changed("no code " + code);
  }

  private IllegalStateException changed(String missing) {
    return new IllegalStateException(
        "Found "
            + missing
            + " of "
            + format
            + " in the block in which it was counted: its bytes were changed meanwhile");
  }

  @Override
  public long elements() {
    return elements;
  }

  @Override
  public int[] codes() {
    return tables.codes();
  }

  @Override
  public long count(int code) {
    return tables.count(code);
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
    tables.reset();
    crc.reset();
    elements = 0;
    forgetPlaces();
  }

  private void forgetPlaces() {
    minRank = order.highest() + 1;
    maxRank = order.lowest() - 1;
    firstMinIndex = -1;
    firstMaxIndex = -1;
    firstNonFiniteIndex = -1;
  }
}
