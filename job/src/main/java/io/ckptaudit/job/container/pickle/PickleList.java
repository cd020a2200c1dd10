package io.ckptaudit.job.container.pickle;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A list or a set, of which the order is kept. Equal only to itself. */
public final class PickleList {
  private List<Object> items = List.of();

  void add(Object item) {
    if (items.isEmpty()) {
      items = new ArrayList<>(4);
    }
    items.add(item);
  }

  /** Of the heap that so many items more take. */
  static long bytes(int items) {
    return 48 + 12L * items;
  }

  public List<Object> items() {
    return Collections.unmodifiableList(items);
  }
}
