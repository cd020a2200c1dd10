package io.ckptaudit.job.report;

import java.io.Serializable;
import java.util.Locale;

/**
 * What is known of the checksum of a file.
 *
 * @param sha256 of its bytes, in hexadecimal digits; null if they could not all be read
 */
public record FileChecksum(String sha256, Result result) implements Serializable {

  /** Against what its repository promises. */
  public enum Result {
    AS_PROMISED,
    MISMATCH,
    NOT_PROMISED,
    UNREADABLE;

    /** As in the table of files. */
    String inTable() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
