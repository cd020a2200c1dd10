package io.ckptaudit.udfs.state;

/** Bytes that are not the canonical form of a state. */
public final class MalformedStateException extends IllegalArgumentException {

  private static final long serialVersionUID = 1L;

  private final int offset;

  MalformedStateException(int offset, String reason) {
    super(
        "Cannot read a tensor state: "
            + reason
            + " at byte "
            + offset
            + " of it; it was written by another version or damaged, so audit the tensor again");
    this.offset = offset;
  }

  /** Where in the bytes of the state. */
  public int offset() {
    return offset;
  }
}
