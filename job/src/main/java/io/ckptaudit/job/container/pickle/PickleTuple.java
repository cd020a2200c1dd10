package io.ckptaudit.job.container.pickle;

import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/** A tuple. Equal only to itself: a tuple may contain itself, by way of a list. */
public final class PickleTuple {
  static final PickleTuple EMPTY = new PickleTuple();

  private final Object[] items;

  /**
   * @param items which it keeps
   */
  PickleTuple(Object... items) {
    this.items = items;
  }

  public List<Object> items() {
    return Collections.unmodifiableList(Arrays.asList(items));
  }

  public int size() {
    return items.length;
  }

  public Object get(int index) {
    return items[index];
  }
}
