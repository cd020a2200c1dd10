package io.ckptaudit.job.container.pickle;

/**
 * A function or class that a pickle names. Text, and never more than that.
 *
 * @param position of the opcode in the pickle
 */
public record GlobalRef(String module, String name, long position) {

  /** As {@link PickleDialect} has it: the two are kept apart, since a name may have dots in it. */
  public String text() {
    return module + " " + name;
  }
}
