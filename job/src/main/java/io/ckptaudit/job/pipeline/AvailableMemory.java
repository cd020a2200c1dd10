package io.ckptaudit.job.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the page cache of this machine could hold without pushing programs out. */
final class AvailableMemory {

  private static final Path MEMINFO = Path.of("/proc/meminfo");
  private static final Pattern AVAILABLE = Pattern.compile("(?m)^MemAvailable:\\s+([0-9]+) kB$");

  /** A container's limit holds for its page cache too; version 2, then version 1. */
  private static final List<Path> LIMITS =
      List.of(
          Path.of("/sys/fs/cgroup/memory.max"),
          Path.of("/sys/fs/cgroup/memory/memory.limit_in_bytes"));

  private AvailableMemory() {}

  /** In bytes; 0 where this machine does not say. */
  static long bytes() {
    Matcher available = AVAILABLE.matcher(text(MEMINFO));
    long bytes = available.find() ? Long.parseLong(available.group(1)) << 10 : 0;
    for (Path limit : LIMITS) {
      String text = text(limit).trim();
      if (text.matches("[0-9]{1,18}")) {
        bytes = Math.min(bytes, Long.parseLong(text));
      }
    }
    return bytes;
  }

  private static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      return "";
    }
  }
}
