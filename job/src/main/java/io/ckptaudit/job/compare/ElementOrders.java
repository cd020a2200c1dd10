package io.ckptaudit.job.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.LongStream;

/** The orders of elements that are known to occur between two sides of a pair, likeliest first. */
final class ElementOrders {

  private static final Pattern ROTATED =
      Pattern.compile(".*(?:[qk]_proj|attention\\.w[qk])\\.weight");
  private static final Pattern META = Pattern.compile(".*attention\\.w[qk]\\.weight");

  private static final String BACK = "rotary_back_";

  private static final List<Long> USUAL_HEADS = List.of(128L, 64L, 96L, 80L, 256L);
  private static final long LARGEST_HEAD = 512;

  private final Pair pair;
  private final long elements;
  private final List<ElementOrder> orders = new ArrayList<>();

  private ElementOrders(Pair pair) {
    this.pair = pair;
    this.elements = pair.left().stream().mapToLong(SideTensor::elements).sum();
  }

  /** At least one. The first that fits is the one to go by. */
  static List<ElementOrder> of(Pair pair) {
    ElementOrders found = new ElementOrders(pair);
    ElementOrder same = ElementOrder.same(found.elements);
    if (found.elements == 0) {
      return List.of(same);
    }
    if (pair.left().size() != 1 || pair.right().size() != 1) {
      found.orders.add(same);
      found.addFused();
    } else if (!pair.left().get(0).shape().equals(pair.right().get(0).shape())) {
      found.addTransposed();
      found.orders.add(same);
    } else {
      found.addRotary(same);
    }
    return List.copyOf(found.orders);
  }

  /**
   * Whether names and shapes promise this order. Queries and keys of Meta are expected to be in
   * another order than those of transformers, and without that RIGHT would be another model.
   */
  static boolean isExpected(Pair pair, ElementOrder order) {
    if (pair.how() == Pair.How.FUSED || pair.left().get(0).elements() == 0) {
      return true;
    }
    if (pair.how() == Pair.How.FIGURES) {
      return !pair.isTurned() || order.words() != null;
    }
    boolean leftIsMeta = META.matcher(pair.left().get(0).name()).matches();
    boolean rightIsMeta = META.matcher(pair.right().get(0).name()).matches();
    if (leftIsMeta == rightIsMeta || !ROTATED.matcher(pair.right().get(0).name()).matches()) {
      return order.words() == null;
    }
    return order.words() != null && order.id().startsWith(BACK) == rightIsMeta;
  }

  /** Meta's rows of a head are pairs, those of transformers first all firsts, then all seconds. */
  private void addRotary(ElementOrder same) {
    List<Long> shape = pair.left().get(0).shape();
    if (shape.size() != 2 || !ROTATED.matcher(pair.right().get(0).name()).matches()) {
      orders.add(same);
      return;
    }
    boolean leftIsMeta = META.matcher(pair.left().get(0).name()).matches();
    boolean rightIsMeta = META.matcher(pair.right().get(0).name()).matches();
    boolean expected = leftIsMeta != rightIsMeta;
    if (!expected) {
      orders.add(same);
    }
    addHeads(shape, !rightIsMeta);
    if (expected) {
      orders.add(same);
    }
    addHeads(shape, rightIsMeta);
  }

  private void addHeads(List<Long> shape, boolean fromMeta) {
    for (long head : heads(shape.get(0))) {
      if (head >= 4) {
        long half = head / 2;
        List<Long> seen =
            List.of(shape.get(0) / head, fromMeta ? half : 2, fromMeta ? 2 : half, shape.get(1));
        orders.add(
            new ElementOrder(
                (fromMeta ? "rotary_" : BACK) + head,
                "with the rows of queries and keys in "
                    + (fromMeta ? "the order of transformers, not Meta's" : "Meta's order")
                    + ", in heads of "
                    + head,
                seen,
                List.of(0, 2, 1, 3)));
      }
    }
  }

  /** Even numbers of rows that a head may have, likeliest first. */
  private static List<Long> heads(long rows) {
    List<Long> heads =
        new ArrayList<>(USUAL_HEADS.stream().filter(head -> rows % head == 0).toList());
    LongStream.rangeClosed(1, LARGEST_HEAD)
        .map(i -> LARGEST_HEAD + 1 - i)
        .filter(head -> head % 2 == 0 && rows % head == 0 && !heads.contains(head))
        .forEach(heads::add);
    return heads;
  }

  private void addTransposed() {
    List<Long> left = pair.left().get(0).shape();
    List<Long> right = pair.right().get(0).shape();
    int last = left.size() - 1;
    if (last < 1 || right.size() != left.size()) {
      return;
    }
    List<Long> turned = new ArrayList<>(left);
    turned.set(last, left.get(last - 1));
    turned.set(last - 1, left.get(last));
    if (turned.equals(right)) {
      List<Integer> axes = new ArrayList<>();
      for (int i = 0; i <= last; i++) {
        axes.add(i);
      }
      axes.set(last, last - 1);
      axes.set(last - 1, last);
      orders.add(new ElementOrder("transposed", "transposed", left, axes));
    }
  }

  /** Parts may also take turns, by rows or by heads. */
  private void addFused() {
    boolean leftIsWhole = pair.left().size() == 1;
    SideTensor whole = (leftIsWhole ? pair.left() : pair.right()).get(0);
    List<SideTensor> parts = leftIsWhole ? pair.right() : pair.left();
    List<Long> shape = parts.get(0).shape();
    boolean alike = parts.stream().allMatch(part -> part.shape().equals(shape));
    if (!alike || shape.isEmpty() || parts.size() < 2) {
      return;
    }
    boolean stacked = whole.shape().size() == shape.size() + 1;
    long groups = stacked ? whole.shape().get(0) : 1;
    if (groups < 1 || parts.size() % groups != 0 || parts.size() == groups) {
      return;
    }
    List<Long> blocks = new ArrayList<>(List.of(1L));
    blocks.addAll(heads(shape.get(0)));
    int lanes = (int) (parts.size() / groups);
    long row = parts.get(0).elements() / Math.max(1, shape.get(0));
    for (long block : blocks) {
      if (block < shape.get(0)) {
        orders.add(
            ElementOrder.inTurns(
                elements,
                lanes,
                block * row,
                "in_turns_" + block,
                "with the parts in turns of " + block + (block == 1 ? " row" : " rows")));
      }
    }
  }
}
