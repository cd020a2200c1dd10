package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.Storage;
import io.ckptaudit.job.report.ReportJson;
import io.ckptaudit.job.report.RunVerdict;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;

/**
 * What {@code latest.json} holds: of all published runs the one that started last, of two that
 * started at the same instant the one with the greater id. So it does not matter which of two runs
 * ends first, and a run that took long does not take the place of a newer one.
 *
 * @param started as in the verdict
 */
record LatestRun(String runId, String started) {

  private static final int LIMIT = 1 << 16;

  static LatestRun of(RunVerdict verdict) {
    return new LatestRun(verdict.runId(), verdict.started());
  }

  static String uri(String report) {
    return report + "/_runs/latest.json";
  }

  static LatestRun read(Storage storage, String report) throws IOException {
    return RunFolder.read(storage, uri(report), LatestRun.class);
  }

  /** Makes the pointer of a report point to this run, unless it points to one that is newer. */
  void publish(Storage storage, String report) throws IOException {
    String pointer = uri(report);
    try {
      if (storage.exists(pointer) && !replaces(storage.readAll(pointer, LIMIT), storage, report)) {
        return; // without a lock, which a report on a read-only mount does not give
      }
      storage.update(
          pointer, LIMIT, now -> replaces(now, storage, report) ? ReportJson.write(this) : null);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  /** A pointer that cannot be read, or to a run that is gone, is of no use to anybody. */
  private boolean replaces(byte[] now, Storage storage, String report) {
    if (now == null) {
      return true;
    }
    LatestRun other;
    try {
      other = ReportJson.read(now, LatestRun.class);
    } catch (IOException e) {
      return true;
    }
    if (runId.equals(other.runId)) {
      return !equals(other);
    }
    try {
      return isAfter(other) || !storage.exists(report + "/_runs/" + other.runId + "/manifest.json");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isAfter(LatestRun other) {
    int order = instant(started).compareTo(instant(other.started));
    return order > 0 || order == 0 && runId.compareTo(other.runId) > 0;
  }

  private static Instant instant(String text) {
    try {
      return text == null ? Instant.MIN : Instant.parse(text);
    } catch (DateTimeParseException e) {
      return Instant.MIN;
    }
  }
}
