package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.plan.HashedFile;
import io.ckptaudit.job.plan.Split;
import java.util.List;

/**
 * A range of one file that is fetched in one go.
 *
 * @param bytes of the range
 * @param pieces what of which splits lies in it, in the order of the splits
 * @param end of the range in the file that the blocks of splits after it are in as well, if they
 *     are read in order
 * @param hashed the file, if every byte of it is asked for; null if not
 */
record Block(
    FileEntry file, long position, int bytes, List<Piece> pieces, long end, HashedFile hashed) {

  /**
   * Whole elements of one split.
   *
   * @param offset in the block
   * @param bytes at least 1
   * @param last whether the split ends with it
   */
  record Piece(Split split, int offset, int bytes, boolean last) {}

  /** Whether the splits in it are of this file of the same checkpoint. */
  boolean isOf(HashedFile other) {
    return file.equals(other.file())
        && pieces.get(0).split().tensor().checkpoint() == other.checkpoint();
  }

  Block in(HashedFile whole) {
    return new Block(file, position, bytes, pieces, end, whole);
  }
}
