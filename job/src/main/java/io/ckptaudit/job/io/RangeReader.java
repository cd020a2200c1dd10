package io.ckptaudit.job.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.util.Optional;

/** An open file. Not safe for use by several threads at once. */
public interface RangeReader extends Closeable {

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
   * The range mapped into memory, read-only, if the file can be: local ones can. The caller unmaps
   * it. A file that is cut short under a mapping kills the reading thread with an {@link
   * InternalError}, so a caller maps only what it is ready to lose.
   *
   * @param bytes at most {@link Integer#MAX_VALUE}
   */
  default Optional<MappedByteBuffer> map(long position, long bytes) throws IOException {
    return Optional.empty();
  }
}
