package io.ckptaudit.job.container.pickle;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** A dictionary in the order of its keys' first appearance. Equal only to itself. */
public final class PickleDict {
  private Map<PickleKey, Object> entries = Map.of();

  /** Whether the key was there, with another value. */
  boolean put(PickleKey key, Object value) {
    if (entries.isEmpty()) {
      entries = new LinkedHashMap<>();
    }
    return entries.put(key, value) != null;
  }

  public Map<PickleKey, Object> entries() {
    return Collections.unmodifiableMap(entries);
  }

  /** The value of a key that is text; null if there is none. */
  public Object get(String key) {
    return entries.get(PickleKey.of(key));
  }
}
