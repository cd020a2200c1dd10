package io.ckptaudit.job.pipeline;

import java.io.Closeable;
import java.io.IOException;
import java.util.Iterator;
import java.util.Optional;

/** The blocks of a task, fetched, in order; one at a time is held by who counts them. */
interface BlockSource extends AutoCloseable {

  /** The next block, which gives up the one before; nothing after the last. */
  Optional<FetchedBlock> next() throws IOException;

  /** Gives up everything, and returns when nobody writes to memory of the task any more. */
  @Override
  void close() throws IOException;

  /** Blocks fetched by the thread that counts them, when it asks; the reader is closed with it. */
  static BlockSource of(Iterator<Block> blocks, BlockReader reader) {
    return of(blocks, reader, reader);
  }

  /** As {@link #of(Iterator, BlockReader)}, of a reader that stays open. */
  static BlockSource ofOpen(Iterator<Block> blocks, BlockReader reader) {
    return of(blocks, reader, () -> {});
  }

  private static BlockSource of(Iterator<Block> blocks, BlockReader reader, Closeable owned) {
    return new BlockSource() {
      private FetchedBlock held;

      @Override
      public Optional<FetchedBlock> next() {
        release();
        held = blocks.hasNext() ? reader.fetch(blocks.next()) : null;
        return Optional.ofNullable(held);
      }

      private void release() {
        if (held != null) {
          held.release();
          held = null;
        }
      }

      @Override
      public void close() throws IOException {
        release();
        owned.close();
      }
    };
  }
}
