package io.ckptaudit.job.checkpoint;

import java.io.Serializable;

/**
 * Where the elements of slices are in their tensor that is cut along an inner axis: of such a part
 * {@code run} elements stand together, and the next {@code run} of them {@code stride} further on.
 * Of a part that is all of some rows run and stride are the same.
 *
 * @param first index in the part of the slice's first element
 * @param offset index in the tensor of the part's first element
 * @param run elements; at least 1
 * @param stride elements; at least {@code run}
 */
public record Placement(long first, long offset, long run, long stride) implements Serializable {

  /** Index in the tensor of an element of the part; ascends with it. */
  public long indexOf(long inPart) {
    return offset + inPart / run * stride + inPart % run;
  }

  /** Index in the slice of an element of the tensor; −1 if it is in another part or before. */
  public long positionOf(long inTensor) {
    long inPart = inTensor - offset;
    boolean inside = inPart >= 0 && inPart % stride < run;
    return inside ? Math.max(-1, inPart / stride * run + inPart % stride - first) : -1;
  }

  /** Index in the tensor of the column that the runs begin in. */
  public long column() {
    return offset % stride;
  }

  /** Index of an element of the part among those of all parts with the same columns. */
  public long inColumns(long inPart) {
    return offset / stride * run + inPart;
  }

  /** Whether runs begin and end with whole bytes. */
  public boolean isOfBytes(int bits) {
    return run % Byte.SIZE * bits % Byte.SIZE == 0
        && stride % Byte.SIZE * bits % Byte.SIZE == 0
        && offset % Byte.SIZE * bits % Byte.SIZE == 0;
  }

  /** Whether the elements follow one another in the tensor. */
  public boolean isOneRun() {
    return run == stride;
  }
}
