package io.ckptaudit.job.testing;

import com.sun.management.ThreadMXBean;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.RangeReader;
import io.ckptaudit.job.io.ReadPolicy;
import io.ckptaudit.job.io.Storage;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Another storage, and what was opened in it, read from it and allocated meanwhile. */
public final class RecordingStorage {

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final Storage storage;
  private final Consumer<String> before;
  private final List<String> opened = new CopyOnWriteArrayList<>();
  private final AtomicLong bytesRead = new AtomicLong();
  private final AtomicLong mostAllocated = new AtomicLong();

  public RecordingStorage(Storage recorded) {
    this(recorded, uri -> {});
  }

  /**
   * @param before each read, with the URI of the file
   */
  public RecordingStorage(Storage recorded, Consumer<String> before) {
    this.before = before;
    storage =
        (Storage)
            Proxy.newProxyInstance(
                RecordingStorage.class.getClassLoader(),
                new Class<?>[] {Storage.class},
                (proxy, method, arguments) -> {
                  if (method.getName().equals("open")) {
                    return open(recorded, (FileEntry) arguments[0], (ReadPolicy) arguments[1]);
                  }
                  try {
                    return method.invoke(recorded, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
  }

  public Storage storage() {
    return storage;
  }

  /** URIs, one for each time. */
  public List<String> opened() {
    return opened;
  }

  public long bytesRead() {
    return bytesRead.get();
  }

  /** Bytes of heap that one thread took while it had one file open, at the most. */
  public long mostAllocated() {
    return mostAllocated.get();
  }

  private RangeReader open(Storage recorded, FileEntry file, ReadPolicy policy) throws IOException {
    opened.add(file.uri());
    RangeReader reader = recorded.open(file, policy);
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    return new RangeReader() {
      @Override
      public long length() {
        return reader.length();
      }

      @Override
      public void readFully(long position, ByteBuffer target) throws IOException {
        before.accept(file.uri());
        bytesRead.addAndGet(target.remaining());
        reader.readFully(position, target);
      }

      @Override
      public void close() throws IOException {
        long taken = THREADS.getCurrentThreadAllocatedBytes() - allocated;
        mostAllocated.accumulateAndGet(taken, Math::max);
        reader.close();
      }
    };
  }
}
