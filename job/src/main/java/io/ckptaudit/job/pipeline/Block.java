package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.plan.Split;
import java.util.List;

/**
 * A range of one file that is fetched in one go.
 *
 * @param bytes of the range
 * @param pieces what of which splits lies in it, in the order of the splits
 */
record Block(FileEntry file, long position, int bytes, List<Piece> pieces) {

  /**
   * Whole elements of one split.
   *
   * @param offset in the block
   * @param bytes at least 1
   * @param last whether the split ends with it
   */
  record Piece(Split split, int offset, int bytes, boolean last) {}
}
