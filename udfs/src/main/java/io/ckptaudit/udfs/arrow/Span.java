package io.ckptaudit.udfs.arrow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.memory.ArrowBuf;

/** A piece of Arrow memory of at most 2^31 − 1 bytes, seen as a little-endian byte buffer. */
public final class Span implements AutoCloseable {

  private final ArrowBuf buffer;
  private final int bytes;

  /** The same memory: Arrow makes each of its views by reflection. */
  private final ByteBuffer whole;

  Span(ArrowBuf buffer, int bytes) {
    this(buffer, bytes, buffer.nioBuffer(0, bytes));
  }

  private Span(ArrowBuf buffer, int bytes, ByteBuffer whole) {
    this.buffer = buffer;
    this.bytes = bytes;
    this.whole = whole;
  }

  /** Its length. */
  public int bytes() {
    return bytes;
  }

  /** A view of all of it, position 0; valid until {@link #close}. */
  public ByteBuffer view() {
    return view(0, bytes);
  }

  /** A view of a part of it, position 0; valid until {@link #close}. */
  public ByteBuffer view(int offset, int length) {
    buffer.checkBytes(offset, (long) offset + length);
    return whole.slice(offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A part of it without a copy, which keeps the memory alive until it is closed as well. */
  public Span part(int offset, int length) {
    ByteBuffer part = view(offset, length);
    buffer.getReferenceManager().retain();
    return new Span(buffer.slice(offset, length), length, part);
  }

  @Override
  public void close() {
    buffer.close();
  }
}
