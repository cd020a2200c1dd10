package io.ckptaudit.job.container.pickle;

/**
 * What a pickle would call or make an object of, had it been executed. Equal only to itself.
 *
 * <p>What it would have done with the object afterwards is kept too: attributes, items, elements.
 */
public final class PickleCall {
  private final Object callable;
  private final PickleTuple arguments;
  private final boolean allowed;
  private final long position;
  private Object state = PickleNone.NONE;
  private PickleDict items;
  private PickleList elements;

  PickleCall(Object callable, PickleTuple arguments, boolean allowed, long position) {
    this.callable = callable;
    this.arguments = arguments;
    this.allowed = allowed;
    this.position = position;
  }

  /** {@link GlobalRef#text} of what is called; empty if that is itself the result of a call. */
  public String function() {
    return callable instanceof GlobalRef ref ? ref.text() : "";
  }

  public PickleTuple arguments() {
    return arguments;
  }

  /** Whether the dialect allows it. */
  public boolean isAllowed() {
    return allowed;
  }

  /** Of the opcode in the pickle. */
  public long position() {
    return position;
  }

  /** What the object would have been built with; None if nothing. */
  public Object state() {
    return state;
  }

  /** Items set on an object of an unknown class; null if there are none. */
  public PickleDict items() {
    return items;
  }

  /** Elements appended to an object of an unknown class; null if there are none. */
  public PickleList elements() {
    return elements;
  }

  void build(Object value) {
    state = value;
  }

  PickleDict itemsToSet() {
    if (items == null) {
      items = new PickleDict();
    }
    return items;
  }

  PickleList elementsToAdd() {
    if (elements == null) {
      elements = new PickleList();
    }
    return elements;
  }
}
