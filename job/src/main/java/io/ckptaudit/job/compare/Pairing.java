package io.ckptaudit.job.compare;

import io.ckptaudit.job.compare.Pair.How;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Finds which tensors of two sides belong together: as a user says; by name; by the names of other
 * writers; parts with what they are fused to; and last, where shape and figures are those of one
 * tensor on either side. Every tensor is in exactly one pair; what has no partner is in a pair of
 * its own.
 */
public final class Pairing {

  private final TreeMap<String, SideTensor> left = new TreeMap<>();
  private final TreeMap<String, SideTensor> right = new TreeMap<>();
  private final List<Pair> pairs = new ArrayList<>();

  private Pairing(Collection<SideTensor> left, Collection<SideTensor> right) {
    left.forEach(tensor -> this.left.put(tensor.name(), tensor));
    right.forEach(tensor -> this.right.put(tensor.name(), tensor));
  }

  /** Pairs in the order of their names. */
  public static List<Pair> of(Collection<SideTensor> left, Collection<SideTensor> right) {
    return of(left, right, GivenNames.NONE);
  }

  /**
   * The same, after the names that a user gives.
   *
   * @throws UnknownTensorException if those speak of a tensor that is not there
   */
  public static List<Pair> of(
      Collection<SideTensor> left, Collection<SideTensor> right, GivenNames given) {
    Pairing pairing = new Pairing(left, right);
    given
        .of(pairing.left.keySet(), pairing.right.keySet())
        .forEach(
            (ofLeft, ofRight) ->
                pairing.add(
                    List.of(pairing.left.remove(ofLeft)),
                    List.of(pairing.right.remove(ofRight)),
                    How.GIVEN));
    pairing.byKey(How.NAME, SideTensor::name);
    pairing.byKey(How.KNOWN_NAME, tensor -> KnownNames.canonical(tensor.name()));
    pairing.fused(pairing.left, pairing.right, true);
    pairing.fused(pairing.right, pairing.left, false);
    pairing.byKey(How.FIGURES, Pairing::shapeAndFigures);
    pairing.left.values().forEach(one -> pairing.add(List.of(one), List.of(), How.NONE));
    pairing.right.values().forEach(one -> pairing.add(List.of(), List.of(one), How.NONE));
    pairing.pairs.sort((a, b) -> a.name().compareTo(b.name()));
    return pairing.pairs;
  }

  /** Pairs those of which each side has exactly one with the same key. */
  private void byKey(How how, Function<SideTensor, String> key) {
    Map<String, List<SideTensor>> ofRight = byKey(right.values(), key);
    byKey(left.values(), key)
        .forEach(
            (name, ofLeft) -> {
              List<SideTensor> partners = ofRight.getOrDefault(name, List.of());
              if (ofLeft.size() == 1 && partners.size() == 1) {
                left.remove(ofLeft.get(0).name());
                right.remove(partners.get(0).name());
                add(ofLeft, partners, how);
              }
            });
  }

  private static Map<String, List<SideTensor>> byKey(
      Collection<SideTensor> tensors, Function<SideTensor, String> key) {
    Map<String, List<SideTensor>> byKey = new HashMap<>();
    for (SideTensor tensor : tensors) {
      String value = key.apply(tensor);
      if (value != null) {
        byKey.computeIfAbsent(value, none -> new ArrayList<>()).add(tensor);
      }
    }
    return byKey;
  }

  /** Transposed tensors have the same key. */
  private static String shapeAndFigures(SideTensor tensor) {
    if (tensor.figures() == null) {
      return null;
    }
    List<Long> sorted = new ArrayList<>(tensor.shape());
    Collections.sort(sorted);
    return sorted + " " + tensor.figures();
  }

  private void fused(
      TreeMap<String, SideTensor> wholes, TreeMap<String, SideTensor> parts, boolean leftIsWhole) {
    for (SideTensor whole : List.copyOf(wholes.values())) {
      List<SideTensor> found = partsOf(whole, parts);
      long elements = found.stream().mapToLong(SideTensor::elements).sum();
      if (!found.isEmpty() && elements == whole.elements()) {
        wholes.remove(whole.name());
        found.forEach(part -> parts.remove(part.name()));
        List<SideTensor> one = List.of(whole);
        add(leftIsWhole ? one : found, leftIsWhole ? found : one, How.FUSED);
      }
    }
  }

  private static List<SideTensor> partsOf(SideTensor whole, TreeMap<String, SideTensor> others) {
    for (KnownNames.Fusion fusion : KnownNames.FUSIONS) {
      Pattern names = fusion.partsOf(whole.name());
      if (names != null) {
        Comparator<SideTensor> inside =
            Comparator.comparing(tensor -> fusion.placeOf(names, tensor.name()));
        // Only names that begin as the whole does can match: a model may have 100,000 others.
        String prefix = whole.name().substring(0, whole.name().lastIndexOf('.') + 1);
        String stem = prefix.substring(0, prefix.lastIndexOf('.', prefix.length() - 2) + 1);
        return others.subMap(stem, stem + Character.MAX_VALUE).values().stream()
            .filter(tensor -> names.matcher(tensor.name()).matches())
            .sorted(inside)
            .toList();
      }
    }
    return List.of();
  }

  private void add(List<SideTensor> ofLeft, List<SideTensor> ofRight, How how) {
    pairs.add(new Pair(ofLeft, ofRight, how));
  }
}
