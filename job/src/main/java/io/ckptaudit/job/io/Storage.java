package io.ckptaudit.job.io;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Files under one URI scheme. Opens only what was listed, and never what could block: a FIFO, a
 * device, a directory. Every exception is a sentence that names the file.
 */
public interface Storage {

  /**
   * @throws java.io.FileNotFoundException if nothing is there
   */
  FileEntry stat(String uri) throws IOException;

  /**
   * When a file was last written, to the second in some stores.
   *
   * @throws java.io.FileNotFoundException if nothing is there
   */
  Instant modified(String uri) throws IOException;

  /** Files and directories directly inside, sorted by {@link FileEntry#BY_NAME}. */
  List<FileEntry> list(String directory) throws IOException;

  /**
   * What a shell-like pattern matches ({@code * ? [a-z] [!a-z] {a,b}}, never across a slash; a
   * leading dot only by a dot), sorted by URI, and folders on the way that cannot be listed. Empty
   * if nothing does.
   */
  List<FileEntry> glob(String pattern) throws IOException;

  /**
   * The same file or directory with every symbolic link on the way followed; the URI itself where
   * there are no links.
   *
   * @throws java.nio.file.FileSystemException for a link that leads nowhere or in a circle
   */
  String realUri(String uri) throws IOException;

  /**
   * What a symbolic link names, one hop on; empty for what is no link, and where there are none.
   *
   * @throws java.nio.file.FileSystemException if nothing is there
   */
  default Optional<String> linkTarget(String uri) throws IOException {
    return Optional.empty();
  }

  /** The directory a file or directory is in; the root for the root. */
  String parent(String uri) throws IOException;

  /**
   * @throws FileChangedException if the file is no longer the one listed
   */
  RangeReader open(FileEntry file, ReadPolicy policy) throws IOException;

  /**
   * The whole content of a small file.
   *
   * @throws IOException if it is longer than {@code limit} bytes; nothing is then read
   */
  byte[] readAll(String uri, int limit) throws IOException;

  /**
   * Writes a new file, whole or not at all, and the directories above it.
   *
   * @throws java.nio.file.FileAlreadyExistsException if something is there, which stays as it is
   */
  void createNew(String uri, byte[] content) throws IOException;

  /** Writes a file, and the directories above it, in place of what may be there. */
  void replace(String uri, byte[] content) throws IOException;

  /**
   * Replaces a small file by what a function makes of its content, so that of several who do so at
   * once none undoes what another did: local files under a lock, S3 and the like by the ETag that
   * was read. Elsewhere (HDFS, stores without conditional writes) the file is replaced and looked
   * at again, which leaves the moment between reading and replacing.
   *
   * @param limit of the file that is there, in bytes
   * @param change gets null where there is no file, and gives null to leave what is there. May be
   *     called several times; of what it made itself it must give null
   */
  void update(String uri, int limit, UnaryOperator<byte[]> change) throws IOException;

  /** Whether {@link #move} is a change of names alone, where an object store would copy. */
  boolean movesByName(String uri) throws IOException;

  /**
   * Gives a file another name, and makes the directories above that.
   *
   * @throws IOException if something of that name is there
   */
  void move(String from, String to) throws IOException;

  /** Removes a file or a directory with all inside; links are removed, not followed. */
  void deleteRecursively(String uri) throws IOException;

  /** Removes a directory unless something is inside; does nothing if it is not there. */
  void deleteIfEmpty(String directory) throws IOException;

  /** Uploads of files below a directory; none where there is no such thing. */
  default List<PendingUpload> uploads(String directory) throws IOException {
    return List.of();
  }

  /** Aborts an upload that nobody will complete; does nothing if it is gone. */
  default void abort(PendingUpload upload) throws IOException {}

  boolean exists(String uri) throws IOException;
}
