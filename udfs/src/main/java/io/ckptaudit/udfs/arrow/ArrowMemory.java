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

  /**
   * 1 GiB, and 192 MiB a core. What a task needs does not depend on what it reads, but on how: a
   * mapped window of 16 MiB, or the blocks that it reads ahead, five of 16 MiB a side unless
   * settings say otherwise; and about 1 MiB to cast in.
   */
  private static final long DEFAULT_LIMIT =
      (1L << 30) + Runtime.getRuntime().availableProcessors() * (192L << 20);

  private static final long LIMIT = Long.getLong(LIMIT_PROPERTY, DEFAULT_LIMIT);

  private static final class Root {
    static final BufferAllocator ALLOCATOR = new RootAllocator(LIMIT);
  }

  private ArrowMemory() {}

  /** The most bytes that all tasks of this JVM may hold together. */
  public static long limit() {
    return LIMIT;
  }

  /** A child allocator; closing it fails if anything allocated from it is still open. */
  static BufferAllocator child(String name) {
    return Root.ALLOCATOR.newChildAllocator(name, 0, LIMIT);
  }

  /** Bytes held by all tasks of this JVM: 0 when none is running. */
  public static long allocatedBytes() {
    return Root.ALLOCATOR.getAllocatedMemory();
  }
}
