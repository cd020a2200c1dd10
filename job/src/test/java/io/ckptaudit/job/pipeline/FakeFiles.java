package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.RangeReader;
import io.ckptaudit.job.io.ReadPolicy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Files of a store that is slow, fails and knows how many of its reads are on their way. */
final class FakeFiles implements BlockReader.Opener {

  /** What happens in a read before its bytes come. */
  interface Event {
    void before(long position, int bytes) throws IOException;
  }

  private final String name;
  private final byte[] content;
  private final Event event;
  final AtomicInteger reads = new AtomicInteger();
  final AtomicInteger inFlight = new AtomicInteger();
  final AtomicInteger mostInFlight = new AtomicInteger();
  final AtomicInteger open = new AtomicInteger();
  final AtomicInteger opened = new AtomicInteger();

  final AtomicInteger rests = new AtomicInteger();
  volatile boolean failsToClose;

  /** How far readers said they would go on. */
  final Set<Long> expected = ConcurrentHashMap.newKeySet();

  FakeFiles(int bytes, Event event) {
    this("f", bytes, event);
  }

  FakeFiles(String name, int bytes, Event event) {
    this.name = name;
    this.content = new byte[bytes];
    new Random(1).nextBytes(content);
    this.event = event;
  }

  byte[] content() {
    return content;
  }

  FileEntry file() {
    return new FileEntry("fake://store/" + name, name, content.length, false, true, "token");
  }

  @Override
  public RangeReader open(FileEntry file, ReadPolicy policy) {
    open.incrementAndGet();
    opened.incrementAndGet();
    return new RangeReader() {
      @Override
      public long length() {
        return content.length;
      }

      @Override
      public void readFully(long position, ByteBuffer target) throws IOException {
        reads.incrementAndGet();
        mostInFlight.accumulateAndGet(inFlight.incrementAndGet(), Math::max);
        try {
          event.before(position, target.remaining());
          target.put(content, (int) position, target.remaining());
        } finally {
          inFlight.decrementAndGet();
        }
      }

      @Override
      public void expect(long end) {
        expected.add(end);
      }

      @Override
      public void rest() {
        rests.incrementAndGet();
      }

      @Override
      public void close() throws IOException {
        open.decrementAndGet();
        if (failsToClose) {
          throw new IOException("closing failed");
        }
      }
    };
  }
}
