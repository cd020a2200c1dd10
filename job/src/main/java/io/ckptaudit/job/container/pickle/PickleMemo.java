package io.ckptaudit.job.container.pickle;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** What was put by to be used again. Indexes far ahead of their number do not make it larger. */
final class PickleMemo {
  private static final int MOST = 16 << 20;

  private Object[] dense = new Object[64];
  private final Map<Long, Object> sparse = new HashMap<>();
  private int count;

  int size() {
    return count;
  }

  /** Of the heap that putting a value there takes. */
  int bytes(long index) {
    return isNear(index) ? 16 : 72;
  }

  /** Whether it is, or will be, in the dense part. */
  private boolean isNear(long index) {
    return index < dense.length || index <= 2L * count + 64 && index < MOST;
  }

  void put(long index, Object value) throws PickleException {
    if (index < dense.length) {
      count += dense[(int) index] == null ? 1 : 0;
      dense[(int) index] = value;
    } else if (isNear(index)) {
      dense = Arrays.copyOf(dense, (int) Math.min(MOST, 2 * index));
      sparse.forEach((i, v) -> spill(i, v));
      sparse.keySet().removeIf(i -> i < dense.length);
      put(index, value);
    } else {
      count += sparse.put(index, value) == null ? 1 : 0;
    }
    if (count > MOST) {
      throw PickleException.limit("its memo has more than " + MOST + " values");
    }
  }

  private void spill(long index, Object value) {
    if (index < dense.length) {
      dense[(int) index] = value;
    }
  }

  Object get(long index) throws PickleException {
    Object value = index < dense.length ? dense[(int) index] : sparse.get(index);
    if (value == null) {
      throw PickleException.corrupt("its memo has no value " + index);
    }
    return value;
  }
}
