package io.ckptaudit.job.pipeline;

import java.util.Locale;

/** Which pairs are compared element by element. */
public enum ComparedValues {
  /** None: no weight is read. */
  NONE,
  /** Those of which counts and digests do not say that every value is in its place. */
  OPEN,
  /** All that have elements on both sides. */
  ALL;

  /** As on the command line. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
