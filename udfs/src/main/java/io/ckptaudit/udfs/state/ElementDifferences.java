package io.ckptaudit.udfs.state;

import io.ckptaudit.udfs.number.DType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * What an element-by-element comparison of a stretch of elements found: how many differ, the first
 * few of them by place, and how far apart they are.
 *
 * <p>Each element is held against the one <em>expected</em> in its place, both in one dtype. Steps
 * are the number of codes from one to the other: differences in units in the last place, counted
 * across binades; −0 and +0 are one step apart. Exact, but for the differences themselves, which
 * are rounded once to doubles.
 *
 * <p>NaNs are equal to each other, whatever their payload; where exactly one side is NaN, or an
 * infinity is involved, the difference is infinite, and enters no histogram. Subnormals are values
 * like others. A stretch of no elements is the identity of {@link #merge}, which is associative and
 * commutative. Counts add up to at most 2^63 − 1; steps of F64 beyond that are that. Source: DESIGN
 * §3.
 *
 * @param dtype of the elements held against each other
 * @param elements compared
 * @param different of them
 * @param notFinite of the different ones, those that are not finite on either side
 * @param largestSteps between finite elements; 0 for dtypes that are no floats
 * @param largest |element − expected|; infinite where either is not finite; 0 as above
 * @param first the differing elements of the lowest indices, ascending; at most {@link #KEPT}
 * @param absolute |element − expected| of finite elements that differ
 * @param relative the same to |expected|, where that is not zero
 * @param steps between them
 */
public record ElementDifferences(
    DType dtype,
    long elements,
    long different,
    long notFinite,
    long largestSteps,
    double largest,
    List<Place> first,
    Histogram absolute,
    Histogram relative,
    Histogram steps)
    implements Serializable {

  /** How many differing elements are kept by place. */
  public static final int KEPT = 8;

  /**
   * A differing element.
   *
   * @param index in the sequence of all elements
   * @param expected its code should be this
   * @param found and is this
   */
  public record Place(long index, long expected, long found) implements Serializable {}

  public static ElementDifferences none(DType dtype) {
    return new ElementDifferencesBuilder(dtype).build();
  }

  /**
   * @throws IllegalArgumentException if the other is of another dtype
   */
  public ElementDifferences merge(ElementDifferences other) {
    if (dtype != other.dtype) {
      throw new IllegalArgumentException(
          "Cannot merge differences of "
              + dtype
              + " with those of "
              + other.dtype
              + ": they are no parts of one pair; group them by pair");
    }
    return new ElementDifferences(
        dtype,
        Math.addExact(elements, other.elements),
        Math.addExact(different, other.different),
        Math.addExact(notFinite, other.notFinite),
        Math.max(largestSteps, other.largestSteps),
        Math.max(largest, other.largest),
        lowest(first, other.first),
        sum(absolute, other.absolute),
        sum(relative, other.relative),
        sum(steps, other.steps));
  }

  private static List<Place> lowest(List<Place> a, List<Place> b) {
    List<Place> all = new ArrayList<>(a);
    all.addAll(b);
    all.sort((x, y) -> Long.compare(x.index, y.index));
    return List.copyOf(all.subList(0, Math.min(KEPT, all.size())));
  }

  private static Histogram sum(Histogram a, Histogram b) {
    Histogram sum = new Histogram();
    sum.addAll(a);
    sum.addAll(b);
    return sum;
  }

  /** In the versioned form of {@link DifferenceFormat}. */
  public byte[] toBytes() {
    return DifferenceFormat.write(this);
  }

  /**
   * @throws MalformedStateException if the bytes are not of such a state
   */
  public static ElementDifferences fromBytes(byte[] bytes) {
    return DifferenceFormat.read(bytes);
  }
}
