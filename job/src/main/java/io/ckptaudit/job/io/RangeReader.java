package io.ckptaudit.job.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.util.Optional;

/** An open file. Not safe for use by several threads at once. */
public interface RangeReader extends Closeable {

  /** Bytes that the buffer of {@link #readWithin} must have beyond the range. */
  int ROOM = 128 << 10;

  /** Length in bytes, as listed. */
  long length();

  /**
   * Fills the target from its position to its limit with the bytes at {@code position} of the file.
   *
   * @throws java.io.EOFException if the file ends before; how much of the target is filled is then
   *     undefined
   */
  void readFully(long position, ByteBuffer target) throws IOException;

  /**
   * Reads a range to wherever in the buffer suits the file: direct I/O wants places and lengths
   * that are multiples of a block.
   *
   * @param buffer direct, with at least {@code bytes + ROOM} bytes from 0 to its capacity
   * @return index in the buffer of the first byte of the range
   */
  default int readWithin(long position, int bytes, ByteBuffer buffer) throws IOException {
    readFully(position, buffer.slice(0, bytes));
    return 0;
  }

  /**
   * The range mapped into memory, read-only, if the file can be: local ones can. The caller unmaps
   * it. Who looks at a page that is gone, because the file was cut short or the disk failed, meets
   * an {@link InternalError} in Java code, and in machine code of the JVM's own (a CRC) the end of
   * the process: so ask {@link #verifyReaches} before each look, and map only files that nobody
   * cuts.
   *
   * @param bytes at most {@link Integer#MAX_VALUE}
   */
  default Optional<MappedByteBuffer> map(long position, long bytes) throws IOException {
    return Optional.empty();
  }

  /**
   * Proves that the file is still as long, as {@link #map} wants it; costs less than a microsecond.
   *
   * @param end position after the last byte that is going to be looked at
   * @throws java.io.EOFException if the file now ends before
   */
  default void verifyReaches(long end) throws IOException {}

  /**
   * Says that the bytes from the next read on, up to {@code end} of the file, will be read one
   * after the other, so that a store need not be asked for each few of them.
   */
  default void expect(long end) {}

  /**
   * Proves that what was read so far is of the file that was listed, as far as its change token
   * tells. Does nothing where the store itself refuses to read from a file that changed.
   *
   * @throws FileChangedException if the file is no longer the one listed
   */
  default void verifyUnchanged() throws IOException {}

  /**
   * To be called now and then while bytes that were read are made something of.
   *
   * @param position of the file at which that is
   * @throws OverBudgetException if the time for it is up
   */
  default void verifyTime(long position) throws IOException {}

  /**
   * To be called before the heap is filled with what a file says, however large that is: waits
   * where others fill it at the same time.
   *
   * @param bytes in addition to those before; what is built is held until the file is closed
   */
  default void takeHeap(long bytes) throws IOException {}

  /**
   * To be called when nothing is read for a while: gives back what a read leaves in use, such as a
   * connection of a store that others may be waiting for.
   */
  default void rest() throws IOException {}
}
