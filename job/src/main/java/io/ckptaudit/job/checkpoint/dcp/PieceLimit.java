package io.ckptaudit.job.checkpoint.dcp;

/**
 * How many slices a checkpoint may have beyond one for each part: a part that is cut along several
 * axes may have to be read in very many.
 */
final class PieceLimit {
  private static final long MOST = 1 << 20;

  private long left = MOST;

  /** Whether there is room for so many more, so many times, which are then taken. */
  boolean take(long pieces, int times) {
    boolean fits = pieces <= left / times;
    left -= fits ? pieces * times : 0;
    return fits;
  }
}
