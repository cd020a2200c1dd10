package io.ckptaudit.udfs.arrow;

import java.nio.MappedByteBuffer;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;
import org.apache.arrow.memory.util.MemoryUtil;

/**
 * The Arrow memory of one task. Closing it proves that every span was closed: a leak throws {@link
 * IllegalStateException} naming the bytes.
 */
public final class TaskMemory implements AutoCloseable {

  private final BufferAllocator allocator;

  /** Over an allocator that is closed with this. */
  TaskMemory(BufferAllocator allocator) {
    this.allocator = allocator;
  }

  public static TaskMemory open(String name) {
    return new TaskMemory(ArrowMemory.child(name));
  }

  BufferAllocator allocator() {
    return allocator;
  }

  /** A pooled buffer to read into. */
  public Span allocate(int bytes) {
    return new Span(allocator.buffer(bytes), bytes);
  }

  /** A mapped window of a file as a span, without a copy; closing the span unmaps it. */
  public Span wrap(MappedByteBuffer window) {
    int bytes = window.remaining();
    if (bytes == 0) {
      return new Span(allocator.getEmpty(), 0);
    }
    ForeignAllocation mapping =
        new ForeignAllocation(bytes, MemoryUtil.getByteBufferAddress(window)) {
          @Override
          protected void release0() {
            Unmapper.unmap(window);
          }
        };
    ArrowBuf buffer = allocator.wrapForeignAllocation(mapping);
    return new Span(buffer, bytes);
  }

  /** Bytes not yet given back. */
  public long allocatedBytes() {
    return allocator.getAllocatedMemory();
  }

  @Override
  public void close() {
    allocator.close();
  }
}
