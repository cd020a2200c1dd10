package io.ckptaudit.job.io;

import java.io.IOException;
import java.io.OutputStream;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonPathCapabilities;
import org.apache.hadoop.fs.EtagSource;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Options.CreateFileOptionKeys;
import org.apache.hadoop.fs.Options.Rename;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;

/**
 * Small files of a Hadoop FileSystem, written whole or not at all: by conditional writes where the
 * store has them, by a new name for a finished file where names are cheap, else by the one request
 * that a store's close is.
 */
final class HadoopWrites {
  private static final String IF_ABSENT =
      CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE;
  private static final String IF_SAME =
      CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE_ETAG;

  private final FileSystem fileSystem;
  private final Path path;
  private final String uri;
  private final Configuration configuration;

  HadoopWrites(FileSystem fileSystem, Path path, String uri, Configuration configuration) {
    this.fileSystem = fileSystem;
    this.path = path;
    this.uri = uri;
    this.configuration = configuration;
  }

  /**
   * File systems with permissions have directories; those without are object stores, but for those
   * that are not known.
   */
  boolean movesByName() throws IOException {
    return fileSystem.hasPathCapability(path, CommonPathCapabilities.FS_PERMISSIONS);
  }

  /** By a rename, which HDFS refuses where something of that name is. */
  void moveHere(Path from) throws IOException {
    fileSystem.mkdirs(path.getParent());
    if (fileSystem.exists(path) || !fileSystem.rename(from, path)) {
      if (fileSystem.exists(path)) {
        throw SmallFile.alreadyExists(uri, null);
      }
      throw new IOException(
          "Cannot move %s to %s: the file system refuses; check its rights and quotas"
              .formatted(from, uri));
    }
  }

  void createNew(byte[] content) throws IOException {
    if (fileSystem.hasPathCapability(path, IF_ABSENT)) {
      createAtOnce(content, true);
    } else if (movesByName()) {
      Path whole = writeBeside(content);
      try {
        moveHere(whole);
      } finally {
        fileSystem.delete(whole, false);
      }
    } else {
      createAtOnce(content, false);
    }
  }

  private void createAtOnce(byte[] content, boolean conditional) throws IOException {
    FSDataOutputStreamBuilder<?, ?> builder =
        fileSystem.createFile(path).recursive().overwrite(false);
    if (conditional) {
      builder.must(IF_ABSENT, true);
    }
    try (OutputStream out = builder.build()) {
      out.write(content);
    } catch (FileAlreadyExistsException e) {
      throw SmallFile.alreadyExists(uri, e);
    } catch (IOException e) {
      if (conditional && fileSystem.exists(path)) {
        throw SmallFile.alreadyExists(uri, e);
      }
      throw e;
    }
  }

  void replace(byte[] content) throws IOException {
    if (movesByName()) {
      Path whole = writeBeside(content);
      try {
        FileContext.getFileContext(path.toUri(), configuration)
            .rename(whole, path, Rename.OVERWRITE);
        return;
      } catch (UnsupportedFileSystemException e) {
        // No such class for this scheme: then as a store without renames.
      } finally {
        fileSystem.delete(whole, false);
      }
    }
    try (OutputStream out = fileSystem.create(path, true)) {
      out.write(content);
    }
  }

  /** A hidden file in the same directory, hence on the same file system. */
  private Path writeBeside(byte[] content) throws IOException {
    Path whole = new Path(path.getParent(), "." + UUID.randomUUID() + ".tmp");
    try (OutputStream out = fileSystem.create(whole, false)) {
      out.write(content);
    }
    return whole;
  }

  /**
   * Replaces the file if it is still the one that is known.
   *
   * @param known null if there was none
   * @return false if it is not, or if that can only be told by looking at the file again
   */
  boolean replaceIfSame(FileStatus known, byte[] content) throws IOException {
    String etag = known instanceof EtagSource source ? source.getEtag() : null;
    if (known == null) {
      try {
        createNew(content);
        return true;
      } catch (java.nio.file.FileAlreadyExistsException e) {
        return false;
      }
    }
    if (etag == null || etag.isEmpty() || !fileSystem.hasPathCapability(path, IF_SAME)) {
      replace(content);
      return false;
    }
    FSDataOutputStreamBuilder<?, ?> builder = fileSystem.createFile(path).overwrite(true);
    builder.must(IF_SAME, etag);
    try (OutputStream out = builder.build()) {
      out.write(content);
    } catch (IOException e) {
      if (!isSame(etag)) {
        return false;
      }
      throw e;
    }
    return true;
  }

  private boolean isSame(String etag) throws IOException {
    return fileSystem.exists(path)
        && fileSystem.getFileStatus(path) instanceof EtagSource now
        && etag.equals(now.getEtag());
  }
}
