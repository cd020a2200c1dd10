package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.RangeReader;
import io.ckptaudit.job.io.ReadPolicy;
import io.ckptaudit.udfs.arrow.Span;
import io.ckptaudit.udfs.arrow.TaskMemory;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.MappedByteBuffer;
import java.util.Optional;

/**
 * Fetches blocks, one at a time: mapped, or into the one buffer it owns. Holds one file open. Not
 * safe for use by several threads at once, but may pass from one to another.
 */
final class BlockReader implements Closeable {

  /** Opens files: {@link io.ckptaudit.job.io.Storage#open} of the storage a file is in. */
  interface Opener {
    RangeReader open(FileEntry file, ReadPolicy policy) throws IOException;
  }

  private final Opener files;
  private final TaskMemory memory;
  private final ReadPlan plan;
  private FileEntry file;
  private RangeReader reader;
  private Span buffer;

  BlockReader(Opener files, TaskMemory memory, ReadPlan plan) {
    this.files = files;
    this.memory = memory;
    this.plan = plan;
  }

  /** A block that cannot be read is fetched too, as a failure; its file is then opened anew. */
  FetchedBlock fetch(Block block) {
    try {
      verifyGoesOn();
      open(block.file());
      if (plan.maps(file)) {
        Optional<MappedByteBuffer> window = reader.map(block.position(), block.bytes());
        if (window.isPresent()) {
          return FetchedBlock.mapped(block, reader, memory.wrap(window.get()));
        }
      }
      Span target = bufferOf(plan.bufferBytes(file));
      boolean goesOn = plan.forward() && block.position() + block.bytes() < block.end();
      if (plan.forward()) {
        reader.expect(block.end());
      }
      int offset = reader.readWithin(block.position(), block.bytes(), target.view());
      if (!goesOn) {
        reader.rest();
      }
      return FetchedBlock.copied(block, reader, target, offset);
    } catch (IOException | RuntimeException e) {
      closeAfter(e);
      return FetchedBlock.failed(block, e);
    }
  }

  /** Reads that heed no interruption end between two blocks. */
  private void verifyGoesOn() throws InterruptedIOException {
    if (plan.forward() && Thread.currentThread().isInterrupted()) {
      throw new InterruptedIOException(
          "Cannot read on: interrupted between two blocks; look for what ended the task");
    }
  }

  private void open(FileEntry wanted) throws IOException {
    if (!wanted.equals(file)) {
      closeFile();
      reader = files.open(wanted, plan.policy(wanted));
      file = wanted;
    }
  }

  private Span bufferOf(int bytes) {
    if (buffer == null || buffer.bytes() < bytes) {
      closeBuffer();
      buffer = memory.allocate(bytes);
    }
    return buffer;
  }

  private void closeAfter(Exception failure) {
    try {
      closeFile();
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  private void closeFile() throws IOException {
    RangeReader open = reader;
    reader = null;
    file = null;
    if (open != null) {
      open.close();
    }
  }

  private void closeBuffer() {
    if (buffer != null) {
      buffer.close();
      buffer = null;
    }
  }

  /** Gives back what the file has in use, where its blocks end early. */
  void rest() throws IOException {
    if (reader != null) {
      reader.rest();
    }
  }

  @Override
  public void close() throws IOException {
    closeBuffer();
    closeFile();
  }
}
