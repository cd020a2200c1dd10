package io.ckptaudit.job.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * A small local file, written whole or not at all: by a new name for a file that is finished, and
 * on disk, beside it.
 */
final class LocalWrites {

  /** Locks of files are of processes; this is for the threads of ours. */
  private static final Object UPDATES = new Object();

  private final String uri;
  private final Path target;

  LocalWrites(String uri) throws IOException {
    this.uri = uri;
    this.target = LocalPaths.path(uri);
  }

  void createNew(byte[] content) throws IOException {
    Path whole = writeBeside(content);
    try {
      Files.createLink(target, whole);
    } catch (FileAlreadyExistsException e) {
      throw SmallFile.alreadyExists(uri, e);
    } catch (UnsupportedOperationException | FileSystemException e) {
      createWithoutLinks(content);
    } finally {
      Files.deleteIfExists(whole);
    }
  }

  /** Some mounts have no hard links: the file is then seen while it is being written. */
  private void createWithoutLinks(byte[] content) throws IOException {
    try {
      Files.write(target, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    } catch (FileAlreadyExistsException e) {
      throw SmallFile.alreadyExists(uri, e);
    }
  }

  void replace(byte[] content) throws IOException {
    Path whole = writeBeside(content);
    try {
      Files.move(whole, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(whole);
    }
  }

  /** As {@link Storage#update}, of a file that a storage reads. */
  void update(Storage storage, int limit, UnaryOperator<byte[]> change) throws IOException {
    Files.createDirectories(target.getParent());
    Path beside = target.resolveSibling("." + target.getFileName() + ".lock");
    synchronized (UPDATES) {
      try (FileChannel channel =
              FileChannel.open(beside, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
          FileLock ignored = lock(channel)) {
        byte[] now = Files.exists(target) ? storage.readAll(uri, limit) : null;
        byte[] wanted = change.apply(now);
        if (wanted != null) {
          replace(wanted);
        }
      }
    }
  }

  /** Null on mounts that have no locks. */
  private static FileLock lock(FileChannel channel) {
    try {
      return channel.lock();
    } catch (IOException e) {
      return null;
    }
  }

  void moveHere(Path from) throws IOException {
    Files.createDirectories(target.getParent());
    try {
      Files.move(from, target);
    } catch (FileAlreadyExistsException e) {
      throw SmallFile.alreadyExists(uri, e);
    }
  }

  /** A hidden file in the same directory, hence on the same file system, and on disk when done. */
  private Path writeBeside(byte[] content) throws IOException {
    Files.createDirectories(target.getParent());
    Path whole = target.resolveSibling("." + UUID.randomUUID() + ".tmp");
    try (FileChannel channel =
        FileChannel.open(whole, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      channel.force(true);
    }
    return whole;
  }
}
