package io.ckptaudit.job.pipeline;

import io.ckptaudit.job.io.Storages;
import io.ckptaudit.job.plan.InvalidSettingException;
import java.util.List;
import java.util.Locale;

/** How the user wants weights read. Whatever it is, the report is the same. */
public enum ReadChoice {
  /** By file system and size: {@link ReadPlan} has the rule. */
  AUTO,
  /** Local files mapped, without a copy; they must not be cut short meanwhile. */
  MAP,
  /** In blocks through the page cache. */
  BUFFERED,
  /** Local files in blocks past the page cache. */
  DIRECT;

  /**
   * @throws InvalidSettingException if it is for local files alone and one of the URIs is not local
   */
  void verify(List<String> uris) {
    if (this == MAP || this == DIRECT) {
      for (String uri : uris) {
        if (!Storages.isLocal(uri)) {
          throw new InvalidSettingException(
              "Cannot read "
                  + Settings.withoutUserInfo(uri)
                  + " with --read "
                  + this
                  + ": only local files can be read so; use --read auto or --read buffered");
        }
      }
    }
  }

  /** As on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
