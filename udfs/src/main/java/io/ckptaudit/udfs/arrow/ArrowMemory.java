package io.ckptaudit.udfs.arrow;

import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;

/**
 * The one root allocator of this JVM, with a limit; tasks allocate from children of it, which they
 * close. Mapped file windows count against the limit like any other buffer.
 */
public final class ArrowMemory {

  /** System property with the limit in bytes of all Arrow buffers of a JVM. */
  public static final String LIMIT_PROPERTY = "ckptaudit.arrow.limit";

  /** 1 GiB, and 64 MiB a core: a task needs less than 20 MiB, whatever it reads. */
  private static final long DEFAULT_LIMIT =
      (1L << 30) + Runtime.getRuntime().availableProcessors() * (64L << 20);

  private static final class Root {
    static final BufferAllocator ALLOCATOR =
        new RootAllocator(Long.getLong(LIMIT_PROPERTY, DEFAULT_LIMIT));
  }

  private ArrowMemory() {}

  /** A child allocator; closing it fails if anything allocated from it is still open. */
  static BufferAllocator child(String name) {
    return Root.ALLOCATOR.newChildAllocator(name, 0, Root.ALLOCATOR.getLimit());
  }

  /** Bytes held by all tasks of this JVM: 0 when none is running. */
  public static long allocatedBytes() {
    return Root.ALLOCATOR.getAllocatedMemory();
  }
}
