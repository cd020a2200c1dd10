package io.ckptaudit.job.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles opcode by opcode, sound or not. */
public final class PickleBytes {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Of protocol 2, as torch writes. */
  public static PickleBytes pickle() {
    return new PickleBytes().raw(0x80, 2);
  }

  public static PickleBytes withoutProtocol() {
    return new PickleBytes();
  }

  public PickleBytes raw(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  public PickleBytes raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  /** Opcodes that are letters. */
  public PickleBytes op(String opcodes) {
    return raw(opcodes.getBytes(StandardCharsets.ISO_8859_1));
  }

  public int position() {
    return out.size();
  }

  public PickleBytes text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return raw('X').i32(utf8.length).raw(utf8);
  }

  /** SHORT_BINUNICODE of protocol 4. */
  public PickleBytes shortText(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    return raw(0x8C, utf8.length).raw(utf8);
  }

  public PickleBytes number(long value) {
    if (value == (int) value) {
      return raw('J').i32((int) value);
    }
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
    return raw(0x8A, 8).raw(bytes.array());
  }

  public PickleBytes i32(int value) {
    return raw(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  public PickleBytes global(String module, String name) {
    return op("c" + module + "\n" + name + "\n");
  }

  /** A tuple of numbers. */
  public PickleBytes numbers(long... values) {
    op("(");
    for (long value : values) {
      number(value);
    }
    return op("t");
  }

  /** An empty OrderedDict. */
  public PickleBytes orderedDict() {
    return global("collections", "OrderedDict").op(")R");
  }

  /** A reference to a storage. */
  public PickleBytes storage(String type, String key, long elements) {
    return op("(")
        .text("storage")
        .global("torch", type)
        .text(key)
        .text("cpu")
        .number(elements)
        .op("tQ");
  }

  /** A tensor over a storage, by {@code _rebuild_tensor_v2}. */
  public PickleBytes tensor(
      String type, String key, long elements, long offset, long[] size, long[] stride) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .op("(")
        .storage(type, key, elements)
        .number(offset)
        .numbers(size)
        .numbers(stride)
        .raw(0x89)
        .orderedDict()
        .op("tR");
  }

  /** A one-dimensional tensor that is all of its storage. */
  public PickleBytes vector(String type, String key, long elements) {
    return tensor(type, key, elements, 0, new long[] {elements}, new long[] {1});
  }

  /** What was written so far. */
  public byte[] bytes() {
    return out.toByteArray();
  }

  /** With the opcode that ends it. */
  public byte[] stop() {
    return op(".").bytes();
  }
}
