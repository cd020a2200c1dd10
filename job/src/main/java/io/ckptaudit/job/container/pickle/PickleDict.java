package io.ckptaudit.job.container.pickle;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A dictionary in the order of its keys' first appearance. Equal only to itself. */
public final class PickleDict {
  private Map<Object, Object> entries = Map.of();

  /** Whether the key was there, with another value. */
  boolean put(Object key, Object value) {
    if (entries.isEmpty()) {
      entries = new LinkedHashMap<>();
    }
    return entries.put(key, value) != null;
  }

  /** Keys are text, numbers, booleans, None, and lists of those in place of tuples. */
  public Map<Object, Object> entries() {
    return Collections.unmodifiableMap(entries);
  }

  /** The value of a key; null if there is none. */
  public Object get(Object key) {
    return entries.get(key);
  }
}
