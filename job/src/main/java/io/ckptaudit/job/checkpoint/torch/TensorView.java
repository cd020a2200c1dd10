package io.ckptaudit.job.checkpoint.torch;

import io.ckptaudit.udfs.number.DType;

/**
 * A tensor as a view of a storage, in elements of its dtype; nothing of it is proven.
 *
 * @param first of its elements in the storage
 * @param size outermost first
 * @param stride as many as sizes
 * @param position in the pickle
 */
record TensorView(
    String name,
    StorageRef storage,
    DType dtype,
    long first,
    long[] size,
    long[] stride,
    long position) {

  int elementBytes() {
    return dtype.bits() / Byte.SIZE;
  }

  /** −1 if there are more than 2^63-1, or a size is negative. */
  long elements() {
    long elements = 1;
    boolean empty = false;
    for (long dimension : size) {
      if (dimension < 0) {
        return -1;
      }
      empty |= dimension == 0;
    }
    if (empty) {
      return 0;
    }
    for (long dimension : size) {
      if (elements > Long.MAX_VALUE / dimension) {
        return -1;
      }
      elements *= dimension;
    }
    return elements;
  }

  /**
   * How many elements of the storage it takes, from the storage's first to its own last; −1 if that
   * is beyond 2^63-1 or anything is negative. Has elements.
   */
  long needed() {
    long last = first;
    for (int i = 0; i < size.length; i++) {
      if (stride[i] < 0 || last < 0) {
        return -1;
      }
      long steps = size[i] - 1;
      if (steps > 0 && stride[i] > (Long.MAX_VALUE - 1 - last) / steps) {
        return -1;
      }
      last += steps * stride[i];
    }
    return last < 0 ? -1 : last + 1;
  }
}
