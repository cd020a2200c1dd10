package io.ckptaudit.job.pipeline;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The elements of one side of a stretch, in order, a piece at a time. */
interface ElementStream extends AutoCloseable {

  /**
   * The next elements, at least one; the bytes from the position of the buffer on are valid until
   * the next call.
   *
   * @throws IOException if they could not be read, their file has changed, or there are none left
   */
  Piece next() throws IOException;

  @Override
  void close() throws IOException;

  /** Whole elements. */
  record Piece(ByteBuffer bytes, int elements) {}
}
