package io.ckptaudit.job.io;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** Local files through java.nio: no Hadoop class is loaded, no checksum sidecar is looked at. */
final class LocalStorage implements Storage {
  private static final String ATTRIBUTES =
      "unix:ino,size,lastModifiedTime,isDirectory,isRegularFile";

  @Override
  public FileEntry stat(String uri) throws IOException {
    Path path = LocalPaths.path(uri);
    try {
      return entry(path);
    } catch (NoSuchFileException e) {
      throw absent(uri, e);
    }
  }

  @Override
  public Instant modified(String uri) throws IOException {
    try {
      return Files.getLastModifiedTime(LocalPaths.path(uri), LinkOption.NOFOLLOW_LINKS).toInstant();
    } catch (NoSuchFileException e) {
      throw absent(uri, e);
    }
  }

  private static FileNotFoundException absent(String uri, IOException cause) {
    FileNotFoundException absent =
        new FileNotFoundException(
            "Cannot find '%s': no such file or folder; check the spelling and the working folder"
                .formatted(uri));
    absent.initCause(cause);
    return absent;
  }

  /** A link that leads nowhere is an entry too, neither file nor directory. */
  private static FileEntry entry(Path path) throws IOException {
    Map<String, Object> attributes;
    try {
      attributes = Files.readAttributes(path, ATTRIBUTES);
    } catch (FileSystemException e) {
      if (!Files.isSymbolicLink(path)) {
        throw e;
      }
      return new FileEntry(
          LocalPaths.uri(path), LocalPaths.name(path), 0, false, false, "broken link");
    }
    boolean directory = (Boolean) attributes.get("isDirectory");
    long length = directory ? 0 : (Long) attributes.get("size");
    long modified = ((FileTime) attributes.get("lastModifiedTime")).to(TimeUnit.NANOSECONDS);
    return new FileEntry(
        LocalPaths.uri(path),
        LocalPaths.name(path),
        length,
        directory,
        (Boolean) attributes.get("isRegularFile"),
        attributes.get("ino") + ":" + modified + ":" + length);
  }

  @Override
  public List<FileEntry> list(String directory) throws IOException {
    List<FileEntry> entries = new ArrayList<>();
    try (DirectoryStream<Path> inside = Files.newDirectoryStream(LocalPaths.path(directory))) {
      for (Path path : inside) {
        addIfStillThere(path, entries);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    } catch (NoSuchFileException e) {
      throw absent(directory, e);
    } catch (NotDirectoryException e) {
      throw new IOException(
          "Cannot list '%s': it is not a folder; give the folder it is in".formatted(directory), e);
    }
    entries.sort(FileEntry.BY_NAME);
    return entries;
  }

  private static void addIfStillThere(Path path, List<FileEntry> entries) throws IOException {
    try {
      entries.add(entry(path));
    } catch (NoSuchFileException e) {
      if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw e;
      }
    }
  }

  @Override
  public List<FileEntry> glob(String pattern) throws IOException {
    return Glob.expand(this, LocalPaths.decoded(pattern), LocalStorage::literally);
  }

  /** A pattern is decoded already; what remains must not be taken for a URI again. */
  private static String literally(String path) {
    return path.startsWith("file:") ? "./" + path : path;
  }

  @Override
  public String realUri(String uri) throws IOException {
    return LocalPaths.uri(LocalPaths.path(uri).toRealPath());
  }

  @Override
  public Optional<String> linkTarget(String uri) throws IOException {
    Path path = LocalPaths.path(uri);
    if (!Files.isSymbolicLink(path)) {
      return Optional.empty();
    }
    Path folder = path.toAbsolutePath().getParent().toRealPath();
    return Optional.of(LocalPaths.uri(folder.resolve(Files.readSymbolicLink(path)).normalize()));
  }

  @Override
  public String parent(String uri) throws IOException {
    Path path = LocalPaths.path(uri);
    return LocalPaths.uri(path.getParent() == null ? path : path.getParent());
  }

  @Override
  public RangeReader open(FileEntry file, ReadPolicy policy) throws IOException {
    Path path = LocalPaths.path(file.uri());
    UnchangedCheck check = new LocalChangeCheck(path, () -> stat(file.uri()));
    check.verify(file);
    if (policy == ReadPolicy.DIRECT) {
      Optional<RangeReader> direct = DirectFiles.open(path, file, check);
      if (direct.isPresent()) {
        return direct.get();
      }
    }
    FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
    return new LocalRangeReader(file, channel, check);
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
    new LocalWrites(uri).createNew(content);
  }

  @Override
  public void replace(String uri, byte[] content) throws IOException {
    new LocalWrites(uri).replace(content);
  }

  @Override
  public void update(String uri, int limit, UnaryOperator<byte[]> change) throws IOException {
    new LocalWrites(uri).update(this, limit, change);
  }

  @Override
  public boolean movesByName(String uri) {
    return true;
  }

  @Override
  public void move(String from, String to) throws IOException {
    new LocalWrites(to).moveHere(LocalPaths.path(from));
  }

  @Override
  public void deleteRecursively(String uri) throws IOException {
    Path root = LocalPaths.path(uri);
    if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  @Override
  public void deleteIfEmpty(String directory) throws IOException {
    try {
      Files.deleteIfExists(LocalPaths.path(directory));
    } catch (DirectoryNotEmptyException e) {
      // As it is wanted.
    }
  }

  @Override
  public boolean exists(String uri) throws IOException {
    return Files.exists(LocalPaths.path(uri));
  }
}
