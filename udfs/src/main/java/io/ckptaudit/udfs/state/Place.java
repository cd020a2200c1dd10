package io.ckptaudit.udfs.state;

/**
 * What is known of the place of a part's values in its tensor: indices of elements, without unit.
 *
 * <p>Exact. A part without a finite value has no indices of extremes and leaves those of others as
 * they are; so does a part in which all is finite with the index of what is not. A part that has
 * values but not their indices belongs to a group of tensors; what it is merged into has no such
 * indices either. An index is at most 2^63 − 2, the last of a tensor of 2^63 − 1 elements.
 *
 * @param minIndex of the first element equal to the smallest finite value, or −1
 * @param maxIndex of the first element equal to the largest finite value, or −1
 * @param nonFiniteIndex of the first element that is NaN or infinite, or −1
 * @param orderDigest exclusive-or of {@link OrderDigest} contributions, or null
 */
record Place(long minIndex, long maxIndex, long nonFiniteIndex, Integer orderDigest) {

  static final Place NONE = new Place(-1, -1, -1, null);

  /** The place of two parts together, each with its extremes. */
  static Place merge(Place a, Extremes ofA, Place b, Extremes ofB) {
    return new Place(
        first(ofA.smallest(), a.minIndex, ofB.smallest(), b.minIndex),
        first(-ofA.largest(), a.maxIndex, -ofB.largest(), b.maxIndex),
        earlier(ofA.nonFinite(), a.nonFiniteIndex, ofB.nonFinite(), b.nonFiniteIndex),
        mergeDigests(a.orderDigest, b.orderDigest));
  }

  /** Index of the smaller key; of equal keys the smaller index; NaN stands for no key at all. */
  private static long first(double key, long index, double otherKey, long otherIndex) {
    if (Double.isNaN(key) || Double.isNaN(otherKey)) {
      return Double.isNaN(key) ? otherIndex : index;
    }
    if (key == otherKey || index < 0 || otherIndex < 0) {
      return Math.min(index, otherIndex);
    }
    return key < otherKey ? index : otherIndex;
  }

  /** The smaller index of those that exist; −1 if one of those is not known. */
  private static long earlier(boolean exists, long index, boolean otherExists, long otherIndex) {
    if (!exists || !otherExists) {
      return exists ? index : otherIndex;
    }
    return Math.min(index, otherIndex);
  }

  static Integer mergeDigests(Integer a, Integer b) {
    return a == null || b == null ? null : Integer.valueOf(a ^ b);
  }

  /**
   * Why no part with these values and so many elements has this place; null if one has. One index
   * for two different values is let pass: parts of tensors that overlap may give it, and what
   * merging gives must be readable.
   */
  String fault(Extremes extremes, long elements) {
    double smallest = extremes.smallest();
    if (isOutside(minIndex) || isOutside(maxIndex) || isOutside(nonFiniteIndex)) {
      return "an index outside of any tensor";
    }
    if (minIndex < 0 != maxIndex < 0) {
      return "an index of one extreme without the other";
    }
    if (minIndex >= 0 && Double.isNaN(smallest)) {
      return "indices of extremes without a finite value";
    }
    if (minIndex != maxIndex && smallest == extremes.largest()) {
      return "indices of extremes that contradict the codes";
    }
    if (minIndex < 0 && !Double.isNaN(smallest) && orderDigest != null) {
      return "an order digest without indices of extremes";
    }
    if (nonFiniteIndex >= 0 && !extremes.nonFinite()) {
      return "an index of what is not finite where all is";
    }
    if (nonFiniteIndex < 0 && extremes.nonFinite() && orderDigest != null) {
      return "an order digest without the index of what is not finite";
    }
    return digestFault(orderDigest, elements);
  }

  private static boolean isOutside(long index) {
    return index < -1 || index == Long.MAX_VALUE;
  }

  static String digestFault(Integer orderDigest, long elements) {
    boolean ofNothing = elements == 0 && orderDigest != null && orderDigest != 0;
    return ofNothing ? "an order digest of no elements" : null;
  }
}
