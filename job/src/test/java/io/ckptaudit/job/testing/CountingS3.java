package io.ckptaudit.job.testing;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.impl.OpenFileParameters;
import org.apache.hadoop.fs.s3a.S3AFileSystem;
import org.apache.hadoop.fs.s3a.S3AInputPolicy;
import org.apache.hadoop.fs.s3a.impl.streams.InputStreamType;
import org.apache.hadoop.fs.s3a.impl.streams.ObjectInputStream;

/** S3A, knowing which of its streams are open, and how each was opened. */
public final class CountingS3 extends S3AFileSystem {

  private static final AtomicInteger OPEN = new AtomicInteger();
  private static final List<Opening> OPENINGS = new CopyOnWriteArrayList<>();

  /** A stream of a file, and in which order its bytes are wanted. */
  public record Opening(String file, InputStreamType type, S3AInputPolicy policy) {

    private static Opening of(Path path, FSDataInputStream stream) {
      ObjectInputStream object = (ObjectInputStream) stream.getWrappedStream();
      return new Opening(path.getName(), object.streamType(), object.getInputPolicy());
    }
  }

  public static int open() {
    return OPEN.get();
  }

  public static int opened() {
    return OPENINGS.size();
  }

  public static List<Opening> openings() {
    return OPENINGS;
  }

  @Override
  public CompletableFuture<FSDataInputStream> openFileWithOptions(
      Path path, OpenFileParameters parameters) throws IOException {
    return super.openFileWithOptions(path, parameters)
        .thenApply(stream -> new Counted(path, stream));
  }

  private static final class Counted extends FSDataInputStream {
    private boolean closed;

    Counted(Path path, FSDataInputStream stream) {
      super(stream);
      OPEN.incrementAndGet();
      OPENINGS.add(Opening.of(path, stream));
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
