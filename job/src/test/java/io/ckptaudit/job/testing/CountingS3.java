package io.ckptaudit.job.testing;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.impl.OpenFileParameters;
import org.apache.hadoop.fs.s3a.S3AFileSystem;

/** S3A, knowing how many of its streams are open. */
public final class CountingS3 extends S3AFileSystem {

  private static final AtomicInteger OPEN = new AtomicInteger();
  private static final AtomicInteger OPENED = new AtomicInteger();

  public static int open() {
    return OPEN.get();
  }

  public static int opened() {
    return OPENED.get();
  }

  @Override
  public CompletableFuture<FSDataInputStream> openFileWithOptions(
      Path path, OpenFileParameters parameters) throws IOException {
    return super.openFileWithOptions(path, parameters).thenApply(Counted::new);
  }

  private static final class Counted extends FSDataInputStream {
    private boolean closed;

    Counted(FSDataInputStream stream) {
      super(stream);
      OPEN.incrementAndGet();
      OPENED.incrementAndGet();
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        closed = true;
        OPEN.decrementAndGet();
      }
      super.close();
    }
  }
}
