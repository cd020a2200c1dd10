package io.ckptaudit.job.io;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Opens local files for direct I/O where their file system has it. */
final class DirectFiles {
  private static final System.Logger LOG = System.getLogger(DirectFiles.class.getName());

  /** Network file systems state what they like to transfer, up to 1 MiB, as their block. */
  private static final long LARGEST_BLOCK = RangeReader.ROOM / 4;

  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

  private DirectFiles() {}

  /**
   * The file, or nothing where its file system refuses to open it so or to read its first block;
   * the reason is logged once.
   */
  static Optional<RangeReader> open(Path path, FileEntry file, UnchangedCheck check)
      throws IOException {
    long block = Files.getFileStore(path).getBlockSize();
    if (block > LARGEST_BLOCK || Long.bitCount(block) != 1) {
      return refused(path, "its block size is " + block + " bytes");
    }
    try {
      FileChannel channel =
          FileChannel.open(path, StandardOpenOption.READ, ExtendedOpenOption.DIRECT);
      return readable(path, new DirectRangeReader(file, channel, (int) block, check));
    } catch (NoSuchFileException | java.nio.file.AccessDeniedException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      return refused(path, e.getMessage());
    }
  }

  /** Closes a reader that does not read. */
  static Optional<RangeReader> readable(Path path, DirectRangeReader reader) throws IOException {
    try {
      reader.verifyReads();
      return Optional.of(reader);
    } catch (IOException e) {
      reader.close();
      return refused(path, e.getMessage());
    }
  }

  private static Optional<RangeReader> refused(Path path, String reason) throws IOException {
    String volume = Files.getFileStore(path).toString();
    if (TOLD.add(volume)) {
      LOG.log(
          Level.WARNING,
          "Cannot read files of {0} directly: {1}; they are read through the page cache",
          volume,
          reason);
    }
    return Optional.empty();
  }
}
