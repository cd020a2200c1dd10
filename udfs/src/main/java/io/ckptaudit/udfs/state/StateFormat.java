package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;

/**
 * The byte layout of states, version 2.
 *
 * <pre>
 * byte   0    'C' code counts, 'O' opaque bytes, 'W' wide counts, 'S' scaling
 *             classes
 * byte   1    version, 2
 * byte   2    length of the dtype's name, then the name in ASCII
 * varint      elements
 * byte        1 and four bytes, little-endian: order digest; 0: none
 * 'W' only: see {@link WideStateFormat}
 * 'S' only:
 * varint ×3   zeros, NaN, infinities; varint: bits of the largest magnitude as a double
 * varint      number of classes, then for each: varint class − previous class − 1, varint count
 * 'C' only:
 * varint ×3   index in the tensor of the first minimum, maximum and element that is not finite, each
 *             plus one; 0: none
 * varint      number of codes, then for each: varint code − previous code − 1, varint count
 * </pre>
 *
 * Varints are unsigned LEB128 of at most 9 bytes (63 bits), in their shortest form. Reading checks
 * every length before it allocates (12 bytes for at least 2 of input) and accepts nothing that
 * writing would not have made: {@link Place#fault} tells which indices and digests go with which
 * codes. A part's indices may lie beyond its own number of elements: they are those of the tensor.
 */
final class StateFormat {

  private static final int CODE_COUNTS = 'C';
  private static final int OPAQUE = 'O';
  static final int WIDE = 'W';
  static final int SCALES = 'S';
  private static final int VERSION = 2;

  private StateFormat() {}

  static byte[] write(OpaqueBytes state) {
    return header(OPAQUE, state).toBytes();
  }

  static byte[] write(CodeCounts state) {
    StateOutput out = header(CODE_COUNTS, state);
    writeIndices(out, state);
    writeCodes(out, state);
    return out.toBytes();
  }

  /** Those of the place. */
  static void writeIndices(StateOutput out, CountedState state) {
    out.writeVarint(state.minIndex() + 1);
    out.writeVarint(state.maxIndex() + 1);
    out.writeVarint(state.nonFiniteIndex() + 1);
  }

  /** What {@link #writeIndices} wrote. */
  static Place readPlace(StateInput in, Integer digest) {
    return new Place(in.readVarint() - 1, in.readVarint() - 1, in.readVarint() - 1, digest);
  }

  /** Number of codes, then each with its count. */
  static void writeCodes(StateOutput out, CodeCounts state) {
    out.writeVarint(state.distinctCodes());
    int previous = -1;
    for (int i = 0; i < state.distinctCodes(); i++) {
      out.writeVarint(state.code(i) - previous - 1L);
      out.writeVarint(state.count(i));
      previous = state.code(i);
    }
  }

  static StateOutput header(int kind, TensorState state) {
    StateOutput out = new StateOutput();
    out.writeByte(kind);
    out.writeByte(VERSION);
    out.writeName(state.dtype().name());
    out.writeVarint(state.elements());
    if (state.orderDigest() == null) {
      out.writeByte(0);
    } else {
      out.writeByte(1);
      out.writeInt(state.orderDigest());
    }
    return out;
  }

  static TensorState read(byte[] bytes) {
    StateInput in = new StateInput(bytes);
    int kind = in.readByte();
    boolean known = kind == CODE_COUNTS || kind == OPAQUE || kind == WIDE || kind == SCALES;
    in.check(known, "unknown kind " + kind);
    int version = in.readByte();
    in.check(version == VERSION, "version " + version + " instead of " + VERSION);
    DType dtype = readDtype(in);
    long elements = in.readVarint();
    Integer digest = readDigest(in);
    checkFault(in, Place.digestFault(digest, elements));
    TensorState state =
        switch (kind) {
          case OPAQUE -> new OpaqueBytes(dtype, elements, digest);
          case SCALES -> readScales(in, dtype, elements, digest);
          case WIDE -> WideStateFormat.read(in, dtype, elements, digest);
          default -> readCodeCounts(in, dtype, elements, digest);
        };
    in.check(in.remaining() == 0, in.remaining() + " trailing bytes");
    return state;
  }

  private static ScaleCounts readScales(StateInput in, DType dtype, long elements, Integer digest) {
    in.check(digest == null, "an order digest of scaling classes");
    return ScaleCounts.read(in, dtype, elements);
  }

  static DType readDtype(StateInput in) {
    return DType.named(in.readName()).orElseThrow(() -> in.malformed("an unknown dtype"));
  }

  private static Integer readDigest(StateInput in) {
    int flag = in.readByte();
    in.check(flag == 0 || flag == 1, "digest flag " + flag);
    if (flag == 0) {
      return null;
    }
    return in.readInt();
  }

  private static CodeCounts readCodeCounts(
      StateInput in, DType dtype, long elements, Integer digest) {
    in.check(dtype.isCountedByCode(), "code counts of " + dtype);
    Place place = readPlace(in, digest);
    CodeCounts state = readCodes(in, dtype, elements, place);
    in.check(
        state.elements() == elements,
        elements + " elements declared but " + state.elements() + " counted");
    checkFault(in, state.placeFault());
    return state;
  }

  /** What {@link #writeCodes} wrote, of at most some elements. */
  static CodeCounts readCodes(StateInput in, DType dtype, long elements, Place place) {
    long distinct = in.readVarint();
    in.check(
        distinct <= in.remaining() / 2, distinct + " codes declared, too many for what is left");
    int[] codes = new int[(int) distinct];
    long[] counts = new long[codes.length];
    readCounts(in, dtype, elements, codes, counts);
    return new CodeCounts(dtype, codes, counts, place);
  }

  private static void readCounts(
      StateInput in, DType dtype, long elements, int[] codes, long[] counts) {
    long all = dtype.format().codes();
    int previous = -1;
    long total = 0;
    for (int i = 0; i < codes.length; i++) {
      long step = in.readVarint();
      if (step >= all - previous - 1) {
        throw in.malformed("a code beyond the last of " + dtype);
      }
      codes[i] = previous + 1 + (int) step;
      previous = codes[i];
      counts[i] = in.readVarint();
      in.check(counts[i] > 0, "a count of zero");
      if (counts[i] > elements - total) {
        throw in.malformed("more counted than the " + elements + " elements");
      }
      total += counts[i];
    }
  }

  static void checkFault(StateInput in, String fault) {
    if (fault != null) {
      throw in.malformed(fault);
    }
  }
}
