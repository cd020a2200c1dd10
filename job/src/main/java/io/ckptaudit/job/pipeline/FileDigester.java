package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.plan.HashedFile;
import io.ckptaudit.udfs.arrow.Span;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Digests the files of a task while their blocks go by, each byte once and in order. A block that
 * could not be read is read again, so that a passing fault costs no checksum.
 */
final class FileDigester {

  private static final int ATTEMPTS = 3;

  /** What is looked at in one go: fits in a near cache, and costs a digest little to begin. */
  private static final int CHUNK = 64 << 10;

  /** What to digest a file by. */
  interface NewDigests {
    FileDigests of(HashedFile file);
  }

  private final Iterator<HashedFile> files;
  private final NewDigests newDigests;
  private final Supplier<BlockReader> newReader;
  private final Map<Long, FileOutcome> outcomes = new LinkedHashMap<>();
  private final byte[] chunk = new byte[CHUNK];
  private HashedFile file;
  private FileDigests digests;
  private long position;
  private ReadFault fault;

  FileDigester(List<HashedFile> files, NewDigests newDigests, Supplier<BlockReader> newReader) {
    this.files = files.iterator();
    this.newDigests = newDigests;
    this.newReader = newReader;
    nextFile();
  }

  private void nextFile() {
    file = files.hasNext() ? files.next() : null;
    digests = file == null ? null : newDigests.of(file);
    position = 0;
    fault = null;
  }

  private void endFile() {
    ReadFault why = fault == null && position < file.file().length() ? ReadFault.IO_READ : fault;
    outcomes.put(
        file.toKey(), why == null ? digests.finish() : FileOutcome.of(why, digests.nanos()));
    nextFile();
  }

  /** Takes what is new of a block. Blocks come by file, then by place, and leave no gap. */
  void add(FetchedBlock block) {
    while (!block.block().hashed().equals(file)) {
      endFile();
    }
    if (fault == null) {
      try {
        update(block);
      } catch (IOException | RuntimeException e) {
        readAgain(block.block(), e);
      }
    }
  }

  /** After the last block: the outcomes of all files by their keys. */
  Map<Long, FileOutcome> finish() {
    while (file != null) {
      endFile();
    }
    return outcomes;
  }

  /** The outcomes of all files before one that takes too long, and its own; the last call. */
  Map<Long, FileOutcome> giveUp(FileEntry over) {
    while (file != null && !file.file().equals(over)) {
      endFile();
    }
    if (file != null) {
      fault = ReadFault.INCOMPLETE_BUDGET;
      endFile();
    }
    return outcomes;
  }

  private void update(FetchedBlock block) throws IOException {
    long end = block.block().position() + block.block().bytes();
    while (position < end) {
      int from = (int) (position - block.block().position());
      int bytes = (int) Math.min(CHUNK, end - position);
      copy(block, from, bytes);
      digests.update(chunk, bytes);
      position += bytes;
    }
    if (position == file.file().length()) {
      block.verifyUnchanged();
    }
  }

  private void copy(FetchedBlock block, int from, int bytes) throws IOException {
    try (Span part = block.part(from, bytes)) {
      if (block.isMapped()) {
        block.verifyReaches(from + bytes);
      }
      ByteBuffer view = part.view();
      view.get(chunk, 0, bytes);
    } catch (InternalError e) {
      // How the JVM reports a page of a mapping that is no longer there or cannot be read.
      throw new IOException("Cannot read a mapped window: " + e.getMessage(), e);
    }
  }

  private void readAgain(Block block, Exception first) {
    Exception failure = first;
    for (int attempt = 2; attempt <= ATTEMPTS; attempt++) {
      if (!ReadFault.of(failure).isTransient() || Thread.currentThread().isInterrupted()) {
        break;
      }
      try (BlockReader alone = newReader.get()) {
        FetchedBlock again = alone.fetch(block);
        try {
          update(again);
          return;
        } finally {
          again.release();
        }
      } catch (IOException | RuntimeException e) {
        failure = e;
      }
    }
    fault = ReadFault.of(failure);
  }
}
