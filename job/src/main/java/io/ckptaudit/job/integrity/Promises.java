package io.ckptaudit.job.integrity;

import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.ReadFault;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.io.FileEntry;
import io.ckptaudit.job.io.Storage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is promised of the files of one checkpoint, as it is gathered, and what is wrong with it.
 */
final class Promises {

  /** The longest file of promises that is read: those of 100,000 files and more. */
  static final int LONGEST = 16 << 20;

  static final String LEADS_OUT = "it is a link that leads out of the folder";

  private final Storage storage;
  private final Problems problems = new Problems(null);
  private final Map<String, List<Promise>> byFile = new LinkedHashMap<>();

  /**
   * @param files names of the files that matter
   */
  Promises(Storage storage, List<String> files) {
    this.storage = storage;
    files.forEach(file -> byFile.put(file, new ArrayList<>()));
  }

  Problems problems() {
    return problems;
  }

  /** Names of the files that matter, in order. */
  Set<String> files() {
    return byFile.keySet();
  }

  boolean matters(String file) {
    return byFile.containsKey(file);
  }

  /** Of a file; empty for one that does not matter. */
  List<Promise> of(String file) {
    return byFile.getOrDefault(file, List.of());
  }

  /** Adds a promise, if it is of a file that matters and says anything new. */
  void add(String file, Promise promise) {
    List<Promise> known = byFile.get(file);
    if (known != null && known.stream().noneMatch(other -> isSame(other, promise))) {
      known.add(promise);
    }
  }

  /** Said twice is said once: a broken promise is one finding. */
  private static boolean isSame(Promise a, Promise b) {
    return a.kind() == b.kind()
        && a.digest().equals(b.digest())
        && (b.bytes() == null || b.bytes().equals(a.bytes()));
  }

  /**
   * Whether a file of promises may be read; a problem says why not.
   *
   * @param folder that it must lie in, links followed
   */
  boolean isUsable(FileEntry entry, String name, int longest, String folder) throws IOException {
    if (!isReadable(entry, name, longest)) {
      return false;
    }
    boolean inside = storage.realUri(entry.uri()).startsWith(storage.realUri(folder) + "/");
    if (!inside) {
      problems.add(ChecksumList.unusable(name, LEADS_OUT, 0));
    }
    return inside;
  }

  /** As {@link #isUsable}, of a file that is known to lie where it should. */
  boolean isReadable(FileEntry entry, String name, int longest) {
    if (!entry.regular()) {
      problems.add(
          ChecksumList.unusable(name, "it is a FIFO, a device or a broken link, not a file", 0));
      return false;
    }
    if (entry.length() > longest) {
      String why = "it has %s bytes, and at most %s are read".formatted(entry.length(), longest);
      problems.add(ChecksumList.unusable(name, why, 0));
      return false;
    }
    return true;
  }

  /** The content of a file of promises; empty, with a problem, if it cannot be read. */
  Optional<byte[]> read(FileEntry entry, String name) {
    try {
      return Optional.of(storage.readAll(entry.uri(), LONGEST));
    } catch (IOException e) {
      unreadable(name, e);
      return Optional.empty();
    }
  }

  void unreadable(String name, IOException failure) {
    ReadFault fault = ReadFault.of(failure);
    problems.add(
        Problem.error(fault, "Cannot read the promised checksums")
            .in(name)
            .because("%s", fault.reason())
            .todo(fault.action()));
  }

  void noteUnpromised() {
    byFile.forEach(
        (file, promises) -> {
          if (promises.isEmpty() && problems.wants(FormatRule.CHECKSUM_UNPROMISED, Severity.INFO)) {
            problems.keep(
                Problem.info(FormatRule.CHECKSUM_UNPROMISED, "Cannot verify the file")
                    .in(file)
                    .because("nothing beside it or in its cache promises a checksum")
                    .reference("does not check any")
                    .todo("compare its sha256 in the table files with its source"));
          }
        });
  }
}
