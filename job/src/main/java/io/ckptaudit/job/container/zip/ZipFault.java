package io.ckptaudit.job.container.zip;

/**
 * Something wrong with an archive.
 *
 * @param offset absolute in the file
 * @param member the raw name of the member it concerns; null if it concerns none
 * @param reason the value that is wrong, in words; names in it are raw
 */
public record ZipFault(Kind kind, long offset, String member, String reason) {

  /** Kinds of faults. */
  public enum Kind {
    /** The directory is cut off, not there, or too long to be read. */
    TRUNCATED,
    /** A 64-bit number is missing or contradicts its 32-bit twin. */
    ZIP64,
    /** Two places of the archive say different things. */
    INCONSISTENT,
    /** Two members have the same name. */
    AMBIGUOUS,
    /** A member is encrypted or patched. */
    FLAGS,
    /** Something else is before, behind or between the members. */
    POLYGLOT
  }
}
