package io.ckptaudit.job.compare;

import io.ckptaudit.job.checkpoint.Quoted;
import java.util.ArrayList;
import java.util.List;

/**
 * Where an element of RIGHT is.
 *
 * @param tensor its name
 * @param flat index in the tensor, in row-major order
 * @param index the same by axis, outermost first
 */
public record ElementPlace(String tensor, long flat, List<Long> index) {

  /** The place of an element of the sequence of all of RIGHT's, which is not empty. */
  static ElementPlace of(Pair pair, ElementOrder order, long element) {
    List<SideTensor> right = pair.right();
    boolean inTurns = order.lanes() > 1 && right.size() > 1;
    int lane = 0;
    int step = 1;
    long left = element;
    if (inTurns) {
      long cycle = order.lanes() * order.turn();
      lane = (int) (element % cycle / order.turn());
      step = order.lanes();
      left = element / cycle * order.turn() + element % order.turn();
    }
    int at = lane;
    while (left >= right.get(at).elements()) {
      left -= right.get(at).elements();
      at += step;
    }
    SideTensor tensor = right.get(at);
    return new ElementPlace(tensor.name(), left, index(tensor.shape(), left));
  }

  private static List<Long> index(List<Long> shape, long flat) {
    Long[] index = new Long[shape.size()];
    long rest = flat;
    for (int i = index.length - 1; i >= 0; i--) {
      index[i] = rest % shape.get(i);
      rest /= shape.get(i);
    }
    return List.of(index);
  }

  /** Such as "[3, 17] of 'lm_head.weight' (element 209)". */
  @Override
  public String toString() {
    return index + " of " + Quoted.of(tensor) + " (element " + flat + ")";
  }

  /** The first differing elements of a pair, in order. */
  static List<ElementPlace> first(Pair pair, ElementsCompared elements) {
    List<ElementPlace> places = new ArrayList<>();
    elements
        .differences()
        .first()
        .forEach(found -> places.add(of(pair, elements.order(), found.index())));
    return places;
  }
}
