package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.Storages;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A stored run as a side of a comparison: {@code DIR@RUN}, or {@code DIR@RUN/NAME} where the run is
 * of several checkpoints, NAME being the last part of the URI of one.
 *
 * @param checkpoint null for the only one
 */
public record StoredRunName(String report, String run, String checkpoint) {

  private static final Pattern NAME = Pattern.compile("(.*)@([a-z][a-z0-9-]*)(?:/(.+))?");

  /** An @ here is before a user, not before a run. */
  private static final Pattern AUTHORITY = Pattern.compile("[a-zA-Z][a-zA-Z0-9+.-]*://[^/]*");

  /**
   * What a text names; empty if there is no report at the place before the @, so that it may be the
   * name of a checkpoint.
   *
   * @throws java.io.FileNotFoundException if there is a report without this run
   */
  public static Optional<StoredRunName> of(String text, Storages storages) throws IOException {
    Matcher matcher = NAME.matcher(text);
    if (!matcher.matches() || AUTHORITY.matcher(matcher.group(1)).matches()) {
      return Optional.empty();
    }
    String report = matcher.group(1);
    if (!storages.forUri(report).exists(report + "/_runs")) {
      return Optional.empty();
    }
    RunFolder.existing(report, matcher.group(2), storages);
    return Optional.of(new StoredRunName(report, matcher.group(2), matcher.group(3)));
  }

  @Override
  public String toString() {
    return report + "@" + run + (checkpoint == null ? "" : "/" + checkpoint);
  }
}
