package io.ckptaudit.job.io;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.OpenFileOptions;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** Any Hadoop FileSystem: s3a, hdfs and the rest. */
final class HadoopStorage implements Storage {
  /** A bucket without a slash is a path without a root to Hadoop. */
  private static final Pattern BARE_AUTHORITY = Pattern.compile("[^:/]+:(//[^/]+)?");

  /** Each is lost to somebody else's update, so so many are lost to nobody in his senses. */
  private static final int UPDATE_ATTEMPTS = 20;

  /** More files than are open at the same time. */
  private static final int MOST_PROVEN = 4096;

  private final Configuration configuration;

  /**
   * What was found to be the file that was listed, in stores that are asked for bytes of its ETag
   * only: they need not be asked again for each reader.
   */
  private final Map<FileEntry, FileStatus> proven = new ConcurrentHashMap<>();

  HadoopStorage(Configuration configuration) {
    this.configuration = configuration;
  }

  /**
   * @param source a {@link HadoopConfiguration} or a map of settings: {@link Storages} holds either
   *     without loading a class of Hadoop
   */
  static HadoopStorage of(Object source) {
    HadoopConfiguration holder =
        source instanceof Map<?, ?> settings
            ? HadoopConfiguration.of(settings)
            : (HadoopConfiguration) source;
    return new HadoopStorage(holder.get());
  }

  @Override
  public FileEntry stat(String uri) throws IOException {
    return entry(status(uri));
  }

  private FileStatus status(String uri) throws IOException {
    Path path = path(uri);
    try {
      return fileSystem(path).getFileStatus(path);
    } catch (IOException e) {
      throw HadoopFailures.whileLooking(uri, e);
    }
  }

  @Override
  public Instant modified(String uri) throws IOException {
    return Instant.ofEpochMilli(status(uri).getModificationTime());
  }

  private static Path path(String uri) throws IOException {
    try {
      return new Path(BARE_AUTHORITY.matcher(uri).matches() ? uri + "/" : uri);
    } catch (IllegalArgumentException e) {
      throw new IOException(
          "Cannot use the URI '%s': %s; write scheme://authority/path"
              .formatted(uri, e.getMessage()),
          e);
    }
  }

  private FileSystem fileSystem(Path path) throws IOException {
    return path.getFileSystem(configuration);
  }

  private static FileEntry entry(FileStatus status) {
    Path path = status.getPath();
    return new FileEntry(
        path.toString(),
        path.getName(),
        status.isDirectory() ? 0 : status.getLen(),
        status.isDirectory(),
        status.isFile(),
        changeToken(status));
  }

  /**
   * A store that lists times to the millisecond may state them to the second when asked for one.
   */
  private static String changeToken(FileStatus status) {
    if (!(status instanceof EtagSource source)) {
      return "%s:%s".formatted(status.getModificationTime(), status.getLen());
    }
    String etag = source.getEtag();
    return etag == null || etag.isEmpty()
        ? "%s:%s".formatted(status.getModificationTime() / 1000, status.getLen())
        : etag.replaceFirst("^W/", "").replace("\"", "") + ":" + status.getLen();
  }

  @Override
  public List<FileEntry> list(String directory) throws IOException {
    Path path = path(directory);
    List<FileEntry> entries = new ArrayList<>();
    try {
      RemoteIterator<FileStatus> inside = fileSystem(path).listStatusIterator(path);
      while (inside.hasNext()) {
        entries.add(entry(inside.next()));
      }
    } catch (IOException e) {
      throw HadoopFailures.whileLooking(directory, e);
    }
    if (entries.size() == 1 && entries.get(0).uri().equals(stat(directory).uri())) {
      throw new IOException(
          "Cannot list '%s': it is not a folder; give the folder it is in".formatted(directory));
    }
    entries.sort(FileEntry.BY_NAME);
    return entries;
  }

  @Override
  public List<FileEntry> glob(String pattern) throws IOException {
    return Glob.expand(this, pattern, UnaryOperator.identity());
  }

  /** Object stores have no links, and HDFS has them switched off. */
  @Override
  public String realUri(String uri) throws IOException {
    return path(uri).toString();
  }

  @Override
  public String parent(String uri) throws IOException {
    Path path = path(uri);
    return (path.isRoot() ? path : path.getParent()).toString();
  }

  @Override
  public RangeReader open(FileEntry file, ReadPolicy policy) throws IOException {
    return new HadoopRangeReader(file, () -> stream(file, policy));
  }

  /** The file as it was listed: its status is asked for, compared and handed on. */
  private HadoopRangeReader.Opened stream(FileEntry file, ReadPolicy policy) throws IOException {
    FileStatus known = proven.get(file);
    FileStatus now = known == null ? verifiedStatus(file) : known;
    if (hasEtag(now) && proven.size() < MOST_PROVEN) {
      proven.put(file, now);
    }
    FSDataInputStream stream =
        await(
            file.uri(),
            fileSystem(now.getPath())
                .openFile(now.getPath())
                .withFileStatus(now)
                .opt(
                    OpenFileOptions.FS_OPTION_OPENFILE_READ_POLICY,
                    policy == ReadPolicy.RANDOM ? "random" : "sequential")
                .build());
    return new HadoopRangeReader.Opened(stream, hasEtag(now) ? listed -> {} : this::verifiedStatus);
  }

  private FileStatus verifiedStatus(FileEntry file) throws IOException {
    FileStatus now = status(file.uri());
    if (!now.isFile()) {
      throw new IOException("Cannot open %s: it is not a file; name a file".formatted(file.uri()));
    }
    if (!changeToken(now).equals(file.changeToken())) {
      throw new FileChangedException(file, changeToken(now));
    }
    return now;
  }

  /** Such a store is asked for bytes of this ETag only, and refuses when it has another. */
  private static boolean hasEtag(FileStatus status) {
    return status instanceof EtagSource source
        && source.getEtag() != null
        && !source.getEtag().isEmpty();
  }

  private static <T> T await(String uri, Future<T> future) throws IOException {
    try {
      return future.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException interrupted =
          new InterruptedIOException(
              "Cannot open %s: the thread was interrupted; run the audit again".formatted(uri));
      interrupted.initCause(e);
      throw interrupted;
    } catch (ExecutionException e) {
      IOException ours =
          e.getCause() instanceof IOException io ? HadoopFailures.sentence(uri, io) : null;
      if (ours != null && ours != e.getCause()) {
        throw ours;
      }
      throw new IOException(
          "Cannot open %s: %s; check the store and run the audit again"
              .formatted(uri, e.getCause().getMessage()),
          e.getCause());
    }
  }

  @Override
  public byte[] readAll(String uri, int limit) throws IOException {
    return SmallFile.whole(() -> read(stat(uri), limit));
  }

  private byte[] read(FileEntry file, int limit) throws IOException {
    SmallFile.verifyLength(file, limit);
    try (RangeReader reader = open(file, ReadPolicy.SEQUENTIAL)) {
      return SmallFile.read(reader);
    }
  }

  @Override
  public void createNew(String uri, byte[] content) throws IOException {
    writes(uri).createNew(content);
  }

  @Override
  public void replace(String uri, byte[] content) throws IOException {
    writes(uri).replace(content);
  }

  @Override
  public void update(String uri, int limit, UnaryOperator<byte[]> change) throws IOException {
    for (int attempt = 0; attempt < UPDATE_ATTEMPTS; attempt++) {
      FileStatus known = exists(uri) ? status(uri) : null;
      byte[] content;
      try {
        content = known == null ? null : read(entry(known), limit);
      } catch (FileChangedException | FileNotFoundException e) {
        continue;
      }
      byte[] wanted = change.apply(content);
      if (wanted == null || writes(uri).replaceIfSame(known, wanted)) {
        return;
      }
    }
    throw new IOException(
        "Cannot update %s: others changed it %s times meanwhile; run the same id again"
            .formatted(uri, UPDATE_ATTEMPTS));
  }

  private HadoopWrites writes(String uri) throws IOException {
    Path path = path(uri);
    return new HadoopWrites(fileSystem(path), path, uri, configuration);
  }

  @Override
  public boolean movesByName(String uri) throws IOException {
    return writes(uri).movesByName();
  }

  @Override
  public void move(String from, String to) throws IOException {
    writes(to).moveHere(path(from));
  }

  @Override
  public void deleteRecursively(String uri) throws IOException {
    Path path = path(uri);
    fileSystem(path).delete(path, true);
  }

  @Override
  public void deleteIfEmpty(String directory) throws IOException {
    Path path = path(directory);
    try {
      if (!fileSystem(path).listStatusIterator(path).hasNext()) {
        fileSystem(path).delete(path, false);
      }
    } catch (FileNotFoundException e) {
      // As it is wanted.
    }
  }

  @Override
  public List<PendingUpload> uploads(String directory) throws IOException {
    Path path = path(directory);
    try {
      return isS3(path) ? S3Uploads.below(fileSystem(path), path, directory) : List.of();
    } catch (IOException e) {
      throw HadoopFailures.sentence(directory, e);
    }
  }

  @Override
  public void abort(PendingUpload upload) throws IOException {
    Path path = path(upload.uri());
    try {
      if (isS3(path)) {
        S3Uploads.abort(fileSystem(path), upload);
      }
    } catch (IOException e) {
      throw HadoopFailures.sentence(upload.uri(), e);
    }
  }

  private boolean isS3(Path path) throws IOException {
    return "s3a".equals(fileSystem(path).getUri().getScheme());
  }

  @Override
  public boolean exists(String uri) throws IOException {
    Path path = path(uri);
    try {
      return fileSystem(path).exists(path);
    } catch (IOException e) {
      throw HadoopFailures.sentence(uri, e);
    }
  }
}
