package io.ckptaudit.job.checkpoint.dcp;

import io.ckptaudit.job.checkpoint.Placement;
import io.ckptaudit.job.checkpoint.Slice;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/**
 * Where the elements of boxes are in a tensor that these cover exactly. All of them are runs along
 * the innermost axis that is cut, a stride apart; a box that is cut along several axes further out
 * is as many pieces as it takes for that to be so.
 */
final class Layout {
  private final List<Long> shape;
  private final int last;

  /** Elements in a step of the innermost axis that is cut. */
  private final long inner;

  /** Elements in a step of each axis. */
  private final long[] strides;

  private final boolean ofStretches;

  /**
   * @param last the innermost axis that is cut
   * @param boxes that cover the shape, so that the product of it fits
   */
  Layout(List<Long> shape, int last, Collection<Box> boxes) {
    this.shape = shape;
    this.last = last;
    this.strides = new long[shape.size()];
    long stride = 1;
    for (int axis = shape.size() - 1; axis >= 0; axis--) {
      strides[axis] = stride;
      stride *= shape.get(axis);
    }
    this.inner = strides[last];
    this.ofStretches = boxes.stream().allMatch(this::isStretch);
  }

  /** Whether the elements of a box follow one another in the tensor. */
  private boolean isStretch(Box box) {
    int first = 0;
    while (first < last && box.shape().get(first) == 1) {
      first++;
    }
    for (int axis = first + 1; axis <= last; axis++) {
      if (!box.isAll(axis, shape)) {
        return false;
      }
    }
    return true;
  }

  /** How many slices a box takes; {@link Long#MAX_VALUE} if its bytes cannot be cut so. */
  long pieces(Box box, int bits) {
    int partial = last - 1;
    while (partial >= 0 && box.isAll(partial, shape)) {
      partial--;
    }
    long pieces = 1;
    for (int axis = 0; axis < partial && !ofStretches; axis++) {
      pieces *= box.shape().get(axis);
    }
    boolean bytes = pieces == 1 || box.elements() / pieces * bits % Byte.SIZE == 0;
    return bytes ? pieces : Long.MAX_VALUE;
  }

  /** The bytes of a box as slices that know their places. */
  List<Slice> slices(Box box, Slice stored, int bits) {
    long run = ofStretches ? inner : box.shape().get(last) * inner;
    long stride = ofStretches ? inner : shape.get(last) * inner;
    int pieces = (int) pieces(box, bits);
    long bytes = stored.bytes() / pieces;
    List<Slice> slices = new ArrayList<>(pieces);
    for (int piece = 0; piece < pieces; piece++) {
      Placement placement = new Placement(0, first(box, piece, pieces), run, stride);
      slices.add(
          new Slice(stored.shard(), stored.offset() + piece * bytes, bytes).placed(placement));
    }
    return slices;
  }

  /** Index in the tensor of the first element of a piece, which are steps of the outer axes. */
  private long first(Box box, int piece, int pieces) {
    long first = 0;
    for (int axis = 0; axis < shape.size(); axis++) {
      first += box.begin().get(axis) * strides[axis];
    }
    int left = piece;
    int below = pieces;
    for (int axis = 0; below > 1; axis++) {
      below /= (int) box.shape().get(axis).longValue();
      first += left / below * strides[axis];
      left %= below;
    }
    return first;
  }
}
