package io.ckptaudit.job.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.impl.OpenFileParameters;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.fs.s3a.S3AFileSystem;
import org.apache.hadoop.util.Progressable;

/** S3A, whose reads and writes of objects a test may watch, hold up and refuse. */
public final class WatchedS3 extends S3AFileSystem {

  private static final String STOP_BEFORE = "watched.s3.stop.before";

  /** Is told before an object is written or read; what it throws is what the request throws. */
  public interface Watch {
    default void write(S3AFileSystem store, Path path) throws IOException {}

    default void read(Path path) throws IOException {}
  }

  private static final Watch NONE = new Watch() {};
  private static final AtomicReference<Watch> WATCH = new AtomicReference<>(NONE);

  public static void watch(Watch watching) {
    WATCH.set(watching);
  }

  public static void unwatch() {
    WATCH.set(NONE);
  }

  /** Ends a watch; false if it has ended. */
  public static boolean unwatch(Watch watching) {
    return WATCH.compareAndSet(watching, NONE);
  }

  public static boolean isWatchedBy(Watch watching) {
    return WATCH.get() == watching;
  }

  /**
   * Words that make a program say so on stderr, and stay there, before it writes a certain object.
   *
   * @param path a regular expression, found in the path of the object
   */
  public static List<String> stopBefore(String path) {
    return List.of(
        "--conf",
        "spark.hadoop.fs.s3a.impl=" + WatchedS3.class.getName(),
        "--conf",
        "spark.hadoop." + STOP_BEFORE + "=" + path);
  }

  private record Stop(Pattern moment) implements Watch {
    @Override
    public void write(S3AFileSystem store, Path path) throws IOException {
      if (moment.matcher(path.toString()).find()) {
        Stopped.at("before " + path);
      }
    }
  }

  @Override
  public void initialize(URI uri, Configuration configuration) throws IOException {
    super.initialize(uri, configuration);
    String moment = configuration.get(STOP_BEFORE);
    if (moment != null) {
      watch(new Stop(Pattern.compile(moment)));
    }
  }

  @Override
  public CompletableFuture<FSDataInputStream> openFileWithOptions(
      Path path, OpenFileParameters parameters) throws IOException {
    WATCH.get().read(path);
    return super.openFileWithOptions(path, parameters);
  }

  @Override
  public FSDataOutputStreamBuilder<?, ?> createFile(Path path) {
    try {
      WATCH.get().write(this, path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return super.createFile(path);
  }

  @Override
  public FSDataOutputStream create(
      Path path,
      FsPermission permission,
      boolean overwrite,
      int buffer,
      short replicas,
      long block,
      Progressable progress)
      throws IOException {
    WATCH.get().write(this, path);
    return super.create(path, permission, overwrite, buffer, replicas, block, progress);
  }
}
