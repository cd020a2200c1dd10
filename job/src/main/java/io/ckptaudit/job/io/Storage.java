package io.ckptaudit.job.io;

import java.io.IOException;
import java.util.List;

/**
 * Files under one URI scheme. Opens only what was listed, and never what could block: a FIFO, a
 * device, a directory. Every exception is a sentence that names the file.
 */
public interface Storage {

  /**
   * @throws java.io.FileNotFoundException if nothing is there
   */
  FileEntry stat(String uri) throws IOException;

  /** Files and directories directly inside, sorted by {@link FileEntry#BY_NAME}. */
  List<FileEntry> list(String directory) throws IOException;

  /**
   * What a shell-like pattern matches ({@code * ? [a-z] [!a-z] {a,b}}, never across a slash; a
   * leading dot only by a dot), sorted by URI. Empty if nothing does.
   */
  List<FileEntry> glob(String pattern) throws IOException;

  /**
   * The same file or directory with every symbolic link on the way followed; the URI itself where
   * there are no links.
   *
   * @throws java.nio.file.FileSystemException for a link that leads nowhere or in a circle
   */
  String realUri(String uri) throws IOException;

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

  /** Removes a file or a directory with all inside; links are removed, not followed. */
  void deleteRecursively(String uri) throws IOException;

  boolean exists(String uri) throws IOException;
}
