package io.ckptaudit.job.checkpoint;

import io.ckptaudit.job.io.ReadFailedException;
import java.io.Serializable;
import java.util.LinkedHashMap;

/**
 * A fault, and where it was met if that is known.
 *
 * @param position in the file of the first byte that did not come; −1 if unknown
 * @param attempts to read it; 0 if unknown
 */
public record ReadFailure(ReadFault fault, long position, int attempts) implements Serializable {

  private static final long UNKNOWN = -1;

  /** A fault that has no place. */
  public static ReadFailure of(ReadFault fault) {
    return new ReadFailure(fault, UNKNOWN, 0);
  }

  public static ReadFailure of(Exception failure) {
    return failure instanceof ReadFailedException read
        ? new ReadFailure(ReadFault.IO_READ, read.position(), read.attempts())
        : of(ReadFault.of(failure));
  }

  public String reason() {
    return position == UNKNOWN
        ? fault.reason()
        : "%s at byte %s, after %s attempts".formatted(fault.reason(), position, attempts);
  }

  /** The numbers by the names that {@link ReadFault#evidence} has. */
  public LinkedHashMap<String, Serializable> evidence() {
    LinkedHashMap<String, Serializable> evidence = new LinkedHashMap<>();
    if (position != UNKNOWN) {
      evidence.put(ReadFault.FAILED_AT, position);
      evidence.put(ReadFault.ATTEMPTS, (long) attempts);
    }
    return evidence;
  }

  Problem ofHeader(String name) {
    return Problem.error(fault, "Cannot read the header")
        .in(name)
        .because("%s", reason())
        .todo(fault.action());
  }
}
