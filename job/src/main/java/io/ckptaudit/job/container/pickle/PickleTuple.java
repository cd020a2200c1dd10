package io.ckptaudit.job.container.pickle;

import java.util.List;

/** A tuple. Equal only to itself: a tuple may contain itself, by way of a list. */
public final class PickleTuple {
  private final List<Object> items;

  PickleTuple(Object... items) {
    this.items = List.of(items);
  }

  public List<Object> items() {
    return items;
  }

  public int size() {
    return items.size();
  }

  public Object get(int index) {
    return items.get(index);
  }
}
