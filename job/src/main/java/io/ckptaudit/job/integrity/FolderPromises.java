package io.ckptaudit.job.integrity;

import io.ckptaudit.job.checkpoint.CheckpointFolder;
import io.ckptaudit.job.checkpoint.FormatRule;
import io.ckptaudit.job.checkpoint.Problem;
import io.ckptaudit.job.checkpoint.Problems;
import io.ckptaudit.job.checkpoint.Quoted;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.io.FileEntry;
import java.io.IOException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Promises in the folder itself: lists of checksums, and what lies beside single files. */
final class FolderPromises {

  private static final Pattern LIST =
      Pattern.compile(
          "checklist\\.chk|(?i:(?:md5|sha-?1|sha-?256|sha-?512|check)sums?(?:\\.(?:txt|asc))?)"
              + "|.*\\.(?i:(?:md5|sha1|sha256|sha512)(?:sums?)?(?:\\.txt)?)");
  private static final int LONGEST_POINTER = 1024;

  private final CheckpointFolder folder;
  private final Promises promises;
  private final Problems problems;

  /** Files that lists name, and the first list that does. */
  private final Map<String, String> listed = new LinkedHashMap<>();

  FolderPromises(CheckpointFolder folder, Promises promises) {
    this.folder = folder;
    this.promises = promises;
    this.problems = promises.problems();
  }

  void read() throws IOException {
    for (FileEntry entry : folder.entries()) {
      if (entry.directory() || promises.matters(entry.name())) {
        continue;
      }
      boolean list = LIST.matcher(entry.name()).matches();
      Optional<String> beside = fileBeside(entry.name());
      if (list || beside.isPresent() && entry.length() <= LONGEST_POINTER) {
        read(entry, list, beside.orElse(null));
      }
    }
  }

  /** The file that matters of which a name has one or two endings more. */
  private Optional<String> fileBeside(String name) {
    for (int dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
      if (promises.matters(name.substring(0, dot))) {
        return Optional.of(name.substring(0, dot));
      }
    }
    return Optional.empty();
  }

  private void read(FileEntry entry, boolean list, String beside) throws IOException {
    String name = entry.name();
    if (!list && !entry.regular()) {
      return;
    }
    if (entry.regular() && !folder.holds(entry)) {
      problems.add(ChecksumList.unusable(name, Promises.LEADS_OUT, 0));
      return;
    }
    if (!promises.isReadable(entry, name, Promises.LONGEST)) {
      return;
    }
    byte[] content = promises.read(entry, name).orElse(new byte[0]);
    if (beside != null && LfsPointer.isPointer(content)) {
      LfsPointer.read(content, name, problems).ifPresent(is -> promises.add(beside, is));
    } else if (list) {
      for (ChecksumList.Line line : ChecksumList.read(content, name, beside, problems)) {
        promises.add(line.file(), line.promise());
        listed.putIfAbsent(line.file(), name);
      }
    }
  }

  /**
   * Files of weights that a list names and nobody has: those with an ending as files here have.
   *
   * @param known names of files that need no mention
   */
  void noteAbsent(Set<String> known) {
    Set<String> there = new HashSet<>(known);
    folder.entries().forEach(entry -> there.add(entry.name()));
    Set<String> endings = new HashSet<>();
    promises.files().forEach(file -> endings.add(ending(file)));
    listed.forEach(
        (file, list) -> {
          if (!there.contains(file)
              && endings.contains(ending(file))
              && problems.wants(FormatRule.CHECKSUM_ABSENT, Severity.WARNING)) {
            problems.keep(absent(file, list));
          }
        });
  }

  private static Problem absent(String file, String list) {
    return Problem.warning(
            FormatRule.CHECKSUM_ABSENT, "Cannot verify the file " + Quoted.of(file) + " named")
        .in(list)
        .because("the folder does not have it")
        .reference("does not know of it")
        .todo("download it from its source, if it belongs to the checkpoint");
  }

  private static String ending(String file) {
    return file.substring(file.lastIndexOf('.') + 1);
  }
}
