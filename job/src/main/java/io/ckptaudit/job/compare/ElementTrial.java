package io.ckptaudit.job.compare;

import io.ckptaudit.job.compare.Explanations.Parameters;
import io.ckptaudit.udfs.number.DType;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the elements of a pair are tried to be the image of.
 *
 * @param explanations that counts could not test and that give this image, simplest first; none for
 *     what counts came to
 * @param largestOfLeft the largest magnitude of LEFT, infinities included; null where not known
 */
public record ElementTrial(ElementImage image, List<Explanation> explanations, Double largestOfLeft)
    implements Serializable {

  /**
   * Likeliest first; none if nobody can tell. What counts came to, and after it what they had to
   * leave untested; where they found a chain that leads to 8 bits, plain rounding comes before it.
   */
  static List<ElementTrial> of(Pair pair, PairOutcome outcome) {
    Optional<ElementImage> image = ElementImage.of(pair, outcome);
    if (image.isEmpty()) {
      return List.of();
    }
    ElementTrial counted = new ElementTrial(image.get(), List.of(), null);
    List<ElementTrial> trials = new ArrayList<>(List.of(counted));
    if (outcome.untested() && outcome.statement() == Statement.DIFFERENT) {
      trials.addAll(untested(pair, image.get()));
    } else if (outcome.untested() && image.get().to().bits() == Byte.SIZE) {
      trials.addAll(
          0,
          untested(pair, image.get()).stream()
              .filter(trial -> trial.explanations.get(0).isPlainCast())
              .toList());
    }
    return List.copyOf(trials);
  }

  private static List<ElementTrial> untested(Pair pair, ElementImage counted) {
    DType left = counted.from();
    DType right = counted.to();
    Double largest = largest(pair.left());
    List<Explanation> untested = untested(largest, largest(pair.right()), left, right);
    List<ElementTrial> trials = new ArrayList<>();
    for (Explanation one : untested) {
      ElementImage.ofWide(left, right, one)
          .map(image -> new ElementTrial(image, alike(one, untested, largest, right), largest))
          .ifPresent(trials::add);
    }
    return trials;
  }

  /** Simplest first. */
  private static List<Explanation> untested(
      Double largestOfLeft, Double largestOfRight, DType left, DType right) {
    Parameters parameters = Parameters.ofExtremes(largestOfLeft, largestOfRight);
    return Explanations.of(left, right, Double.POSITIVE_INFINITY, parameters).stream()
        .filter(explanation -> !explanation.isOfStoredCasts())
        .toList();
  }

  /** Where nothing overflows, a cast that saturates is a cast like another. */
  private static List<Explanation> alike(
      Explanation one, List<Explanation> all, Double largest, DType right) {
    boolean within = largest != null && largest <= right.format().maxFinite();
    return within && one.id().equals(Explanations.NEAREST)
        ? all.stream().filter(other -> other.isPlainCast()).toList()
        : List.of(one);
  }

  /** Null where it is not known of all. */
  private static Double largest(List<SideTensor> tensors) {
    boolean known = tensors.stream().allMatch(tensor -> tensor.largest() != null);
    return known
        ? (Double) tensors.stream().mapToDouble(SideTensor::largest).max().orElse(0)
        : null;
  }

  /** Whether counts came to it. */
  boolean isCounted() {
    return explanations.isEmpty();
  }
}
