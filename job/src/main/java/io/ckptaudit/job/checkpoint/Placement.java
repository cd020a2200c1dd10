package io.ckptaudit.job.checkpoint;

import java.io.Serializable;

/**
 * Where the elements of slices are in their tensor that is cut along an inner axis: of such a part
 * {@code run} elements stand together, and the next {@code run} of them {@code stride} further on.
 *
 * @param first index in the part of the slice's first element
 * @param offset index in the tensor of the part's first element; at most {@code stride - run}
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
    long column = inTensor % stride - offset;
    boolean inside = column >= 0 && column < run;
    return inside ? Math.max(-1, inTensor / stride * run + column - first) : -1;
  }
}
