package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.plan.HashedFile;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.ToIntFunction;

/**
 * The blocks of splits and, where a file has bytes before, between and after them, blocks without
 * splits: together they cover every byte of the files, from the first to the last.
 */
final class WholeFileBlocks implements Iterator<Block> {

  private final BlockPlan splits;
  private final Iterator<HashedFile> files;
  private final ToIntFunction<FileEntry> limit;
  private HashedFile file;
  private long covered;
  private Block ofSplits;
  private Block ready;

  /**
   * @param files in the order of the splits, which lie in no others
   */
  WholeFileBlocks(BlockPlan splits, List<HashedFile> files, ToIntFunction<FileEntry> limit) {
    this.splits = splits;
    this.files = files.iterator();
    this.limit = limit;
    this.file = this.files.hasNext() ? this.files.next() : null;
    prepare();
  }

  private void prepare() {
    ready = null;
    while (ready == null && file != null) {
      if (ofSplits == null && splits.hasNext()) {
        ofSplits = splits.next();
      }
      boolean here = ofSplits != null && ofSplits.isOf(file);
      long end = here ? Math.min(ofSplits.position(), length()) : length();
      if (covered < end) {
        int bytes = (int) Math.min(end - covered, limit.applyAsInt(file.file()));
        ready = new Block(file.file(), covered, bytes, List.of(), covered + bytes, file);
        covered += bytes;
      } else if (here) {
        ready = ofSplits.in(file);
        covered = Math.max(covered, ready.position() + ready.bytes());
        ofSplits = null;
      } else {
        file = files.hasNext() ? files.next() : null;
        covered = 0;
      }
    }
  }

  private long length() {
    return file.file().length();
  }

  @Override
  public boolean hasNext() {
    return ready != null;
  }

  @Override
  public Block next() {
    Block next = ready;
    if (next == null) {
      throw new NoSuchElementException();
    }
    prepare();
    return next;
  }
}
