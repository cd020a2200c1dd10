package io.ckptaudit.job.report;

import io.ckptaudit.job.report.FileChecksum.Result;
import java.util.Collection;
import java.util.Locale;

/**
 * How the files of a checkpoint compare with their promised checksums, and what that took.
 *
 * @param files of which there was anything to read
 * @param bytes digested
 * @param seconds spent on digests alone, all tasks together: longer than their processor time where
 *     the machine is busy
 */
public record ChecksumSummary(
    int files,
    int asPromised,
    int mismatched,
    int notPromised,
    int unreadable,
    long bytes,
    double seconds) {

  private static final double GIGA = 1e9;

  /** Below this a speed would be that of a compiler warming up. */
  private static final long LEAST_MEASURED = 100_000_000;

  public static ChecksumSummary of(Collection<FileChecksum> files, long bytes, double seconds) {
    return new ChecksumSummary(
        files.size(),
        count(files, Result.AS_PROMISED),
        count(files, Result.MISMATCH),
        count(files, Result.NOT_PROMISED),
        count(files, Result.UNREADABLE),
        bytes,
        seconds);
  }

  private static int count(Collection<FileChecksum> files, Result result) {
    return (int) files.stream().filter(file -> file.result() == result).count();
  }

  /** A sentence without its full stop. */
  String inWords() {
    StringBuilder words = new StringBuilder("checksums: ");
    words.append(Counted.of(asPromised)).append(" of ").append(Counted.of(files, "file"));
    words.append(" as promised");
    part(words, mismatched, "not as promised");
    part(words, notPromised, "not promised");
    part(words, unreadable, "not readable");
    words.append("; ").append(Counted.bytes(bytes));
    words.append(String.format(Locale.ROOT, " digested in %.1f s", seconds));
    if (seconds > 0 && bytes > LEAST_MEASURED) {
      words.append(String.format(Locale.ROOT, ", %.2f GB/s a core", bytes / GIGA / seconds));
    }
    return words.toString();
  }

  private static void part(StringBuilder words, int count, String what) {
    if (count > 0) {
      words.append(", ").append(Counted.of(count)).append(' ').append(what);
    }
  }
}
