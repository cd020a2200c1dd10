package io.ckptaudit.udfs.arrow;

import io.ckptaudit.udfs.kernel.Kernels;
import io.ckptaudit.udfs.kernel.MagnitudeSearch;
import io.ckptaudit.udfs.number.DType;
import io.ckptaudit.udfs.state.SliceMagnitudes;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Finds the largest magnitude in each slice of a tensor along its first axis, from the spans of one
 * split, in order. Not reusable; holds 8 bytes a slice of the split.
 */
public final class SliceCounter {

  private final DType dtype;
  private final long sliceElements;
  private final MagnitudeSearch search;
  private final int first;

  /** Index in the tensor of the next element. */
  private long next;

  private long[] largest = new long[16];
  private int slices;

  /**
   * @param dtype floating
   * @param sliceElements at least 1
   * @param firstElement index in the tensor of the first element of the split
   * @throws ArithmeticException if the first slice has a number of more than 31 bits
   */
  public SliceCounter(DType dtype, long sliceElements, long firstElement) {
    this.dtype = dtype;
    this.sliceElements = sliceElements;
    this.search = Kernels.magnitudes(dtype.format());
    this.first = Math.toIntExact(firstElement / sliceElements);
    this.next = firstElement;
  }

  /** Adds the first bytes of a span: whole elements, in the order of the tensor. */
  public void add(Span span, int length) {
    ByteBuffer view = span.view(0, length);
    long elements = (long) length * Byte.SIZE / dtype.bits();
    for (long done = 0; done < elements; ) {
      long inSlice = next % sliceElements;
      long end = Math.min(elements, done + sliceElements - inSlice);
      int slice = Math.toIntExact(next / sliceElements - first);
      open(slice);
      largest[slice] = search.largest(view, done, end, largest[slice]);
      next += end - done;
      done = end;
    }
  }

  private void open(int slice) {
    if (slice >= largest.length) {
      largest = Arrays.copyOf(largest, 2 * largest.length);
    }
    slices = slice + 1;
  }

  /** What was found. */
  public SliceMagnitudes finish() {
    return SliceMagnitudes.of(dtype, first, Arrays.copyOf(largest, slices));
  }
}
