package io.ckptaudit.job.container.pickle;

import io.ckptaudit.job.io.RangeReader;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * The bytes of a pickle, front to back. No length is believed before it is held against the end.
 */
final class PickleInput {
  private static final int SMALLEST_PIECE = 64 << 10;
  private static final int LARGEST_PIECE = 4 << 20;

  /** Text beyond it is no name of anything, and is passed over. */
  private static final int LONGEST_TEXT = 64 << 10;

  /** Of a module, or of a function or class in it. */
  static final int LONGEST_NAME = 1024;

  private final RangeReader file;
  private final long start;
  private final long end;
  private ByteBuffer piece = ByteBuffer.allocate(0).order(ByteOrder.LITTLE_ENDIAN);
  private long pieceEnd;

  PickleInput(RangeReader file, long start, long end) {
    this.file = file;
    this.start = start;
    this.end = Math.min(end, start + Pickle.LONGEST);
    this.pieceEnd = start;
  }

  /** See {@link RangeReader#verifyTime}. */
  void verifyTime() throws IOException {
    file.verifyTime(offset());
  }

  /** See {@link RangeReader#takeHeap}. */
  void takeHeap(long bytes) throws IOException {
    file.takeHeap(bytes);
  }

  /** From the start of the pickle. */
  long position() {
    return offset() - start;
  }

  /** Absolute in the file. */
  long offset() {
    return pieceEnd - piece.remaining();
  }

  private long left() {
    return end - offset();
  }

  private void need(int bytes) throws IOException, PickleException {
    if (piece.remaining() < bytes) {
      if (left() < bytes) {
        throw PickleException.corrupt("it ends inside an opcode or before STOP");
      }
      load(bytes);
    }
  }

  private void load(int bytes) throws IOException {
    long at = offset();
    int size = Math.max(SMALLEST_PIECE, Math.min(LARGEST_PIECE, piece.capacity() * 2));
    int wanted = (int) Math.min(Math.max(size, bytes), end - at);
    ByteBuffer fresh = ByteBuffer.allocate(wanted).order(ByteOrder.LITTLE_ENDIAN);
    fresh.put(piece);
    file.readFully(pieceEnd, fresh);
    pieceEnd = at + wanted;
    piece = fresh.flip();
  }

  int u8() throws IOException, PickleException {
    need(1);
    return Byte.toUnsignedInt(piece.get());
  }

  int u16() throws IOException, PickleException {
    need(2);
    return Short.toUnsignedInt(piece.getShort());
  }

  int i32() throws IOException, PickleException {
    need(4);
    return piece.getInt();
  }

  long u32() throws IOException, PickleException {
    return Integer.toUnsignedLong(i32());
  }

  long i64() throws IOException, PickleException {
    need(8);
    return piece.getLong();
  }

  /** Big-endian, alone among the numbers. */
  double f64() throws IOException, PickleException {
    return Double.longBitsToDouble(Long.reverseBytes(i64()));
  }

  /** Two's complement of at most 255 bytes: a Long if it fits. */
  Object integer(int bytes) throws IOException, PickleException {
    need(bytes);
    byte[] reversed = new byte[bytes];
    for (int i = bytes - 1; i >= 0; i--) {
      reversed[i] = piece.get();
    }
    BigInteger value = bytes == 0 ? BigInteger.ZERO : new BigInteger(reversed);
    return value.bitLength() < Long.SIZE ? (Object) value.longValue() : value;
  }

  /** A String, or {@link OmittedBytes} for what is too long to be a name. */
  Object text(long length) throws IOException, PickleException {
    if (length > LONGEST_TEXT) {
      return bytes(length);
    }
    requireLeft(length);
    need((int) length);
    ByteBuffer utf8 = piece.slice(piece.position(), (int) length);
    piece.position(piece.position() + (int) length);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
    } catch (CharacterCodingException e) {
      throw PickleException.corrupt("its text of " + length + " bytes is not UTF-8");
    }
  }

  /** Passes over bytes nobody looks at. */
  OmittedBytes bytes(long length) throws PickleException {
    requireLeft(length);
    if (length <= piece.remaining()) {
      piece.position(piece.position() + (int) length);
    } else {
      pieceEnd = offset() + length;
      piece.position(0).limit(0);
    }
    return new OmittedBytes(length);
  }

  private void requireLeft(long length) throws PickleException {
    if (length < 0 || length > left()) {
      throw PickleException.corrupt(
          "it states text or bytes of length "
              + Long.toUnsignedString(length)
              + " and has "
              + left()
              + " left");
    }
  }

  static PickleException longName() {
    return PickleException.corrupt("a name in it has more than " + LONGEST_NAME + " bytes");
  }

  /** Up to the end of a line, which is not part of it. */
  String line() throws IOException, PickleException {
    StringBuilder line = new StringBuilder();
    for (int c = u8(); c != '\n'; c = u8()) {
      if (line.length() == LONGEST_NAME) {
        throw longName();
      }
      line.append((char) c);
    }
    return line.toString();
  }
}
