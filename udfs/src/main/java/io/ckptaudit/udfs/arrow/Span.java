package io.ckptaudit.udfs.arrow;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.arrow.memory.ArrowBuf;

/** A piece of Arrow memory of at most 2^31 − 1 bytes, seen as a little-endian byte buffer. */
public final class Span implements AutoCloseable {

  private final ArrowBuf buffer;
  private final int bytes;

  Span(ArrowBuf buffer, int bytes) {
    this.buffer = buffer;
    this.bytes = bytes;
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
    return buffer.nioBuffer(offset, length).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** A part of it without a copy, which keeps the memory alive until it is closed as well. */
  public Span part(int offset, int length) {
    buffer.getReferenceManager().retain();
    return new Span(buffer.slice(offset, length), length);
  }

  @Override
  public void close() {
    buffer.close();
  }
}
