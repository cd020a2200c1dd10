package io.ckptaudit.job.container.pickle;

/** Something outside of the pickle, by its id. Equal only to itself. */
public final class PersistentRef {
  private final Object id;
  private final long position;

  PersistentRef(Object id, long position) {
    this.id = id;
    this.position = position;
  }

  public Object id() {
    return id;
  }

  /** Of the opcode in the pickle. */
  public long position() {
    return position;
  }
}
