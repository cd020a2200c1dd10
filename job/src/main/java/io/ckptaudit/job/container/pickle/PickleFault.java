package io.ckptaudit.job.container.pickle;

/**
 * Something wrong with a pickle.
 *
 * @param position of the opcode in the pickle
 * @param subject the raw name or key it concerns; null if there is none
 * @param reason the value that is wrong, in words
 */
public record PickleFault(Kind kind, long position, String subject, String reason) {

  /** Kinds of faults; the first three end the reading. */
  public enum Kind {
    /** No unpickler could read it. */
    CORRUPT,
    /** An opcode that is not executed, not even inertly. */
    OPCODE,
    /** More values, text or depth than we hold. */
    LIMIT,
    /** A name that the dialect does not allow. */
    GLOBAL,
    /** Opcodes that the strict unpickler of torch refuses. */
    PROTOCOL,
    /** A dictionary has a key twice; the last value counts. */
    DUPLICATE_KEY
  }
}
