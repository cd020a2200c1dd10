package io.ckptaudit.job.container.pickle;

import java.util.Arrays;

/** The stack of the machine, with its marks. */
final class PickleStack {
  private static final int MOST = 1 << 20;

  private Object[] items = new Object[64];
  private int size;
  private int[] marks = new int[16];
  private int depth;

  void push(Object item) throws PickleException {
    if (size == items.length) {
      requireBelow(size);
      items = Arrays.copyOf(items, size * 2);
    }
    items[size++] = item;
  }

  void mark() throws PickleException {
    if (depth == marks.length) {
      requireBelow(depth);
      marks = Arrays.copyOf(marks, depth * 2);
    }
    marks[depth++] = size;
  }

  private static void requireBelow(int height) throws PickleException {
    if (height >= MOST) {
      throw PickleException.limit("its stack has more than " + MOST + " values");
    }
  }

  private int floor() {
    return depth == 0 ? 0 : marks[depth - 1];
  }

  Object pop() throws PickleException {
    Object top = peek();
    items[--size] = null;
    return top;
  }

  Object peek() throws PickleException {
    if (size == floor()) {
      throw PickleException.corrupt("an opcode takes a value and the stack has none");
    }
    return items[size - 1];
  }

  Object[] pop(int count) throws PickleException {
    if (size - floor() < count) {
      throw PickleException.corrupt(
          "an opcode takes " + count + " values and the stack has " + (size - floor()));
    }
    return take(count);
  }

  /** All above the last mark, which goes with them. */
  Object[] popToMark() throws PickleException {
    if (depth == 0) {
      throw PickleException.corrupt("an opcode needs a mark and the stack has none");
    }
    return take(size - marks[--depth]);
  }

  private Object[] take(int count) {
    Object[] taken = Arrays.copyOfRange(items, size - count, size);
    Arrays.fill(items, size - count, size, null);
    size -= count;
    return taken;
  }
}
