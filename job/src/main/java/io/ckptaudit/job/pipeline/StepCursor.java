package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.plan.Split;
import io.ckptaudit.udfs.arrow.Span;
import java.io.IOException;

/** Goes through the bytes of the splits of one step, a part at a time. */
final class StepCursor implements AutoCloseable {

  /** What of a mapping is compared in one go, after it was found to be there. */
  private static final int LOOK = (1 << 20) - (1 << 20) % BlockPlan.GRAIN;

  private final int side;
  private final BlockSource blocks;
  private FetchedBlock block;
  private int nextPiece;
  private Block.Piece piece;
  private Span span;
  private int done;

  /**
   * @param side index of the checkpoint in the run
   */
  StepCursor(int side, BlockSource blocks) {
    this.side = side;
    this.blocks = blocks;
  }

  /** Why the bytes of one side could not be had. */
  static final class SideFault extends IOException {

    private static final long serialVersionUID = 1L;

    private final int side;

    private SideFault(int side, Exception cause) {
      super(cause);
      this.side = side;
    }

    int side() {
      return side;
    }

    Exception fault() {
      return (Exception) getCause();
    }
  }

  /**
   * How many bytes of a split can be looked at now, at least one; splits before it are passed over.
   */
  int available(Split split) throws SideFault {
    try {
      while (piece == null || piece.split() != split || done == piece.bytes()) {
        advance();
      }
      int bytes = piece.bytes() - done;
      if (!block.isMapped()) {
        return bytes;
      }
      int look = Math.min(LOOK, bytes);
      block.verifyReaches(piece.offset() + done + look);
      return look;
    } catch (IOException | RuntimeException e) {
      throw new SideFault(side, e);
    }
  }

  private void advance() throws IOException {
    leave();
    while (block == null || nextPiece == block.block().pieces().size()) {
      nextPiece = 0;
      block = null;
      block = blocks.next().orElseThrow();
    }
    piece = block.block().pieces().get(nextPiece++);
    done = 0;
    span = block.bytesOf(piece);
  }

  private void leave() {
    if (span != null) {
      span.close();
      span = null;
    }
    piece = null;
  }

  /** The bytes that are {@linkplain #available available}, and others. */
  Span span() {
    return span;
  }

  /** Where those bytes begin in the span. */
  int position() {
    return done;
  }

  /** Goes on by bytes that were looked at. */
  void pass(int bytes) throws SideFault {
    done += bytes;
    try {
      if (done == piece.bytes() && piece.last()) {
        block.verifyUnchanged();
      }
    } catch (IOException e) {
      throw new SideFault(side, e);
    }
  }

  /** What an {@link InternalError} means: a page of a mapping cannot be read any more. */
  SideFault lostMapping(InternalError error) {
    return new SideFault(
        side, new IOException("Cannot read a mapped window: " + error.getMessage(), error));
  }

  @Override
  public void close() throws IOException {
    leave();
    block = null;
    blocks.close();
  }
}
