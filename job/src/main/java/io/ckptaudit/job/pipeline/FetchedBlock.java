package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.RangeReader;
import io.ckptaudit.udfs.arrow.Span;
import java.io.IOException;

/** A block in memory, or why it is not. */
final class FetchedBlock {

  private final Block block;
  private final RangeReader reader;
  private final Span span;
  private final int offset;
  private final boolean mapped;
  private final Exception failure;
  private boolean verified;

  private FetchedBlock(
      Block block, RangeReader reader, Span span, int offset, boolean mapped, Exception failure) {
    this.block = block;
    this.reader = reader;
    this.span = span;
    this.offset = offset;
    this.mapped = mapped;
    this.failure = failure;
  }

  /** A window of the file itself, which can still change; unmapped by {@link #release}. */
  static FetchedBlock mapped(Block block, RangeReader reader, Span window) {
    return new FetchedBlock(block, reader, window, 0, true, null);
  }

  /** A copy, from the given byte of a buffer on, which stays the reader's. */
  static FetchedBlock copied(Block block, RangeReader reader, Span buffer, int offset) {
    return new FetchedBlock(block, reader, buffer, offset, false, null);
  }

  static FetchedBlock failed(Block block, Exception failure) {
    return new FetchedBlock(block, null, null, 0, false, failure);
  }

  Block block() {
    return block;
  }

  boolean isMapped() {
    return mapped;
  }

  /**
   * The bytes of a piece; to be closed.
   *
   * @throws IOException why there are none
   */
  Span bytesOf(Block.Piece piece) throws IOException {
    return part(piece.offset(), piece.bytes());
  }

  /** As {@link #bytesOf}, of a part of the block. */
  Span part(int from, int bytes) throws IOException {
    if (failure instanceof IOException io) {
      throw io;
    }
    if (failure != null) {
      throw (RuntimeException) failure;
    }
    return span.part(offset + from, bytes);
  }

  /**
   * To be called before a part of a mapped block is looked at.
   *
   * @param end in the block, after the last byte of that part
   * @throws java.io.EOFException if the file now ends before
   */
  void verifyReaches(int end) throws IOException {
    reader.verifyReaches(block.position() + end);
  }

  /**
   * To be called when a split that ends in this block is counted. What was copied cannot change any
   * more, so it is verified once.
   *
   * @throws io.ckptaudit.job.io.FileChangedException if the file is no longer the one listed
   */
  void verifyUnchanged() throws IOException {
    if (!verified) {
      reader.verifyUnchanged();
      verified = !mapped;
    }
  }

  void release() {
    if (mapped) {
      span.close();
    }
  }
}
