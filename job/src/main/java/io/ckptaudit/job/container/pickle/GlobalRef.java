package io.ckptaudit.job.container.pickle;

/**
 * A function or class that a pickle names: the same object wherever it does. Text, and never more
 * than that.
 */
public final class GlobalRef {
  private final String module;
  private final String name;
  private final String text;

  GlobalRef(String module, String name) {
    this.module = module;
    this.name = name;
    this.text = text(module, name);
  }

  static String text(String module, String name) {
    return module + " " + name;
  }

  public String module() {
    return module;
  }

  public String name() {
    return name;
  }

  /** As {@link PickleDialect} has it: the two are kept apart, since a name may have dots in it. */
  public String text() {
    return text;
  }
}
