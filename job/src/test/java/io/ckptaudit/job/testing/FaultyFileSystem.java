package io.ckptaudit.job.testing;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.apache.spark.TaskContext;

/**
 * Local files under the scheme {@code faulty:}, whose writes, and reads of weights, a test may
 * watch, hold up and refuse. Renames refuse to overwrite, as those of HDFS do, and of two who
 * create a file one succeeds.
 */
public final class FaultyFileSystem extends RawLocalFileSystem {

  private static final URI ROOT = URI.create("faulty:///");
  private static final String STOP_AT = "faulty.stop.at";

  /** Of the threads that read weights for a task. */
  private static final String READER = "ckpt-audit read ahead";

  /** Of the threads that read headers for the driver. */
  private static final String HEADER_READER = "shard-headers";

  private static final Object NAMES = new Object();

  /** Is told before a file gets content or a name; what it throws is what the write throws. */
  public interface Watch {
    void before(String path) throws IOException;

    /** Before each piece of the content of a file. */
    default void content(String path) throws IOException {}

    /** Before weights of a file are read, not its header. */
    default void read(String path) throws IOException {}

    /** Before the driver reads the header of a file. */
    default void header(String path) throws IOException {}

    /** The file is there. */
    default void after(String path) throws IOException {}

    /** Before a file or folder goes away. */
    default void delete(String path) throws IOException {}
  }

  private static final Watch NONE = path -> {};
  private static volatile Watch watch = NONE;
  private static volatile boolean cheapNames = true;

  public static void watch(Watch watching) {
    watch = watching;
  }

  public static void unwatch() {
    watch = NONE;
    cheapNames = true;
  }

  /**
   * From now on as an object store: no directories to move files between, and what is written is
   * there, whole, when it is closed.
   */
  public static void behaveAsAStore() {
    cheapNames = false;
  }

  @Override
  public boolean hasPathCapability(Path path, String capability) throws IOException {
    return super.hasPathCapability(path, capability)
        && (cheapNames || !capability.equals(CommonPathCapabilities.FS_PERMISSIONS));
  }

  /** What makes Hadoop know the scheme, as {@code --conf} words. */
  public static List<String> conf() {
    return List.of("--conf", "spark.hadoop.fs.faulty.impl=" + FaultyFileSystem.class.getName());
  }

  /** The same for a session that runs already. */
  public static void register(Configuration configuration) {
    configuration.set("fs.faulty.impl", FaultyFileSystem.class.getName());
  }

  /**
   * Words that make a program say where it is and stay there: before or after a write, or at a read
   * ("reading …") of a task.
   */
  public static List<String> stopAt(String moment) {
    return List.of("--conf", "spark.hadoop." + STOP_AT + "=" + moment);
  }

  @Override
  public void initialize(URI uri, Configuration configuration) throws IOException {
    super.initialize(uri, configuration);
    String moment = configuration.get(STOP_AT);
    if (moment != null) {
      watch(new Stop(moment));
    }
  }

  /** Stops this process at a moment such as "before latest.json", for good. */
  private record Stop(String moment) implements Watch {
    @Override
    public void before(String path) throws IOException {
      stop("before ", path);
    }

    @Override
    public void after(String path) throws IOException {
      stop("after ", path);
    }

    @Override
    public void read(String path) throws IOException {
      stop("reading ", path);
    }

    private void stop(String when, String path) throws IOException {
      if (moment.startsWith(when) && path.contains(moment.substring(when.length()))) {
        Stopped.at(moment);
      }
    }
  }

  @Override
  public URI getUri() {
    return ROOT;
  }

  @Override
  public String getScheme() {
    return ROOT.getScheme();
  }

  private static String text(Path path) {
    return path.toUri().getPath();
  }

  /** The moment after a file is there is that after its close. */
  private static FSDataOutputStream watched(
      Path path, FSDataOutputStream out, Appearance appearance) throws IOException {
    return new FSDataOutputStream(
        new FilterOutputStream(out) {
          private boolean closed;

          @Override
          public void write(byte[] bytes, int offset, int length) throws IOException {
            watch.content(text(path));
            ((OutputStream) this.out).write(bytes, offset, length);
          }

          @Override
          public void close() throws IOException {
            super.close();
            if (!closed) {
              closed = true;
              appearance.appear();
              watch.after(text(path));
            }
          }
        },
        null);
  }

  @Override
  public FSDataInputStream open(Path path, int buffer) throws IOException {
    if (TaskContext.get() != null || Thread.currentThread().getName().equals(READER)) {
      watch.read(text(path));
    }
    if (Thread.currentThread().getName().equals(HEADER_READER)) {
      watch.header(text(path));
    }
    return super.open(path, buffer);
  }

  @Override
  public FSDataOutputStream create(
      Path path, boolean overwrite, int buffer, short replicas, long block, Progressable progress)
      throws IOException {
    watch.before(text(path));
    synchronized (NAMES) {
      if (cheapNames) {
        return watched(
            path, super.create(path, overwrite, buffer, replicas, block, progress), () -> {});
      }
      requireAbsent(path, overwrite);
      Path hidden = new Path(path.getParent(), ".put-" + UUID.randomUUID());
      return watched(
          path,
          super.create(hidden, false, buffer, replicas, block, progress),
          () -> put(hidden, path, overwrite));
    }
  }

  /** How a file that was closed comes to be there. */
  private interface Appearance {
    void appear() throws IOException;
  }

  private void put(Path hidden, Path path, boolean overwrite) throws IOException {
    synchronized (NAMES) {
      requireAbsent(path, overwrite);
      Files.move(
          pathToFile(hidden).toPath(),
          pathToFile(path).toPath(),
          StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private void requireAbsent(Path path, boolean overwrite) throws IOException {
    if (!overwrite && exists(path)) {
      throw new FileAlreadyExistsException(path + " is there already");
    }
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
    return create(path, overwrite, buffer, replicas, block, progress);
  }

  @Override
  public FSDataOutputStream createNonRecursive(
      Path path,
      FsPermission permission,
      EnumSet<CreateFlag> flags,
      int buffer,
      short replicas,
      long block,
      Progressable progress)
      throws IOException {
    return create(path, flags.contains(CreateFlag.OVERWRITE), buffer, replicas, block, progress);
  }

  @Override
  public boolean rename(Path from, Path to) throws IOException {
    watch.before(text(to));
    synchronized (NAMES) {
      if (exists(to) && getFileStatus(to).isFile() || !super.rename(from, to)) {
        return false;
      }
    }
    watch.after(text(to));
    return true;
  }

  @Override
  public boolean delete(Path path, boolean recursive) throws IOException {
    watch.delete(text(path));
    return super.delete(path, recursive);
  }

  /** Lengths of all files below a folder that are not hidden, by their paths in it. */
  public static Map<String, Long> files(java.nio.file.Path folder) throws IOException {
    Map<String, Long> files = new TreeMap<>();
    try (var walk = Files.walk(folder)) {
      for (java.nio.file.Path file : walk.filter(java.nio.file.Files::isRegularFile).toList()) {
        if (!file.getFileName().toString().startsWith(".")) {
          files.put(folder.relativize(file).toString(), Files.size(file));
        }
      }
    }
    return files;
  }
}
