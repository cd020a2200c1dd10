package io.ckptaudit.job.io;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * What the file systems that local files lie on are good for.
 *
 * @param inMemory all of them keep their files in memory
 * @param direct all of them take direct I/O
 */
public record LocalVolumes(boolean inMemory, boolean direct) {

  private static final Set<String> MEMORY = Set.of("tmpfs", "ramfs");

  private static final LocalVolumes UNKNOWN = new LocalVolumes(false, false);

  /**
   * A folder's files are taken to lie on one file system. Good for nothing if a file cannot be
   * looked at: it is the reading that says so.
   */
  public static LocalVolumes of(Collection<FileEntry> files) {
    try {
      return ofReadable(files);
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  private static LocalVolumes ofReadable(Collection<FileEntry> files) throws IOException {
    Map<Path, FileEntry> oneOfEachFolder = new HashMap<>();
    for (FileEntry file : files) {
      oneOfEachFolder.putIfAbsent(LocalPaths.path(file.uri()).getParent(), file);
    }
    Map<FileStore, FileEntry> oneOfEachVolume = new HashMap<>();
    for (FileEntry file : oneOfEachFolder.values()) {
      oneOfEachVolume.putIfAbsent(Files.getFileStore(LocalPaths.path(file.uri())), file);
    }
    Set<String> types = new HashSet<>();
    boolean direct = true;
    for (Map.Entry<FileStore, FileEntry> volume : oneOfEachVolume.entrySet()) {
      types.add(volume.getKey().type().toLowerCase(Locale.ROOT));
      direct &= takesDirect(volume.getValue());
    }
    return new LocalVolumes(MEMORY.containsAll(types), direct);
  }

  private static boolean takesDirect(FileEntry file) throws IOException {
    var opened = DirectFiles.open(LocalPaths.path(file.uri()), file, listed -> {});
    if (opened.isPresent()) {
      opened.get().close();
    }
    return opened.isPresent();
  }
}
