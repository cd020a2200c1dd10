package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.number.MagnitudeKey;

/**
 * The byte layout of magnitudes of slices, version 1.
 *
 * <pre>
 * byte   0    'S'
 * byte   1    version, 1
 * byte   2    length of the dtype's name, then the name in ASCII
 * varint      number of the first slice seen; 0: none was
 * varint      how many slices from that on, then for each:
 *   varint    0: not seen; else the largest key in it, plus one
 * </pre>
 *
 * Varints as in {@link StateFormat}. The first and the last slice are ones that were seen. Reading
 * allocates 8 bytes for each of input.
 */
final class SliceFormat {

  private static final int KIND = 'S';
  private static final int VERSION = 1;

  private SliceFormat() {}

  static byte[] write(SliceMagnitudes state) {
    StateOutput out = new StateOutput();
    out.writeByte(KIND);
    out.writeByte(VERSION);
    out.writeName(state.dtype().name());
    out.writeVarint(state.first());
    out.writeVarint(state.keys().length);
    for (long key : state.keys()) {
      out.writeVarint(key);
    }
    return out.toBytes();
  }

  static SliceMagnitudes read(byte[] bytes) {
    StateInput in = new StateInput(bytes);
    int kind = in.readByte();
    in.check(kind == KIND, "unknown kind " + kind);
    int version = in.readByte();
    in.check(version == VERSION, "version " + version + " instead of " + VERSION);
    DType dtype = StateFormat.readDtype(in);
    in.check(dtype.isFloating(), "magnitudes of " + dtype);
    long first = in.readVarint();
    long number = in.readVarint();
    in.check(number <= in.remaining(), number + " slices declared, too many for what is left");
    in.check(first < Integer.MAX_VALUE - number, "a slice beyond the last of any tensor");
    long[] keys = new long[(int) number];
    long most = MagnitudeKey.notFinite(dtype.format()) + 1;
    for (int i = 0; i < keys.length; i++) {
      keys[i] = in.readVarint();
      if (keys[i] > most) {
        throw in.malformed("a magnitude beyond the largest of " + dtype);
      }
    }
    boolean trimmed = number == 0 ? first == 0 : keys[0] > 0 && keys[keys.length - 1] > 0;
    in.check(trimmed, "a slice at an end that was not seen");
    in.check(in.remaining() == 0, in.remaining() + " trailing bytes");
    return new SliceMagnitudes(dtype, (int) first, keys);
  }
}
