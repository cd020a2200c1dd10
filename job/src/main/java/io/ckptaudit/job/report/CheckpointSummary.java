package io.ckptaudit.job.report;

import io.ckptaudit.job.audit.Finding;
import io.ckptaudit.job.audit.GroupInventory;
import io.ckptaudit.job.checkpoint.Checkpoint;
import io.ckptaudit.job.checkpoint.Severity;
import io.ckptaudit.job.checkpoint.TensorEntry;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What is said of one checkpoint at a glance; every figure is one of the tables.
 *
 * @param dtypes elements by stored dtype
 * @param declared what config.json declares, or null
 * @param layers the layers most at risk in the first target, worst first, and at most {@link
 *     #WORST_LAYERS}
 * @param findings the gravest, at most {@link #FINDINGS}; {@code severities} counts all
 */
public record CheckpointSummary(
    String checkpoint,
    String revision,
    String declared,
    int files,
    Map<String, Long> dtypes,
    LayerSummary model,
    List<LayerSummary> layers,
    Map<String, Long> severities,
    List<FindingSummary> findings) {

  static final int WORST_LAYERS = 5;
  static final int FINDINGS = 20;

  /** A finding without its evidence. */
  public record FindingSummary(String rule, String severity, String tensor, String message) {

    static FindingSummary of(Finding finding) {
      return new FindingSummary(
          finding.rule(), finding.severity().name(), finding.tensor(), finding.message());
    }
  }

  /**
   * @param groups the layers of the checkpoint and its model
   * @param findings of the checkpoint, gravest first
   */
  public static CheckpointSummary of(
      Checkpoint checkpoint, List<LayerSummary> groups, List<Finding> findings) {
    Map<Boolean, List<LayerSummary>> byKind =
        groups.stream()
            .collect(
                Collectors.partitioningBy(group -> group.layer().equals(GroupInventory.MODEL)));
    return new CheckpointSummary(
        checkpoint.uri(),
        checkpoint.revision(),
        checkpoint.declaredDtype(),
        checkpoint.shards().size(),
        dtypes(checkpoint),
        byKind.get(true).stream().findFirst().orElse(null),
        byKind.get(false).stream().sorted(WORST_FIRST).limit(WORST_LAYERS).toList(),
        severities(findings),
        findings.stream().limit(FINDINGS).map(FindingSummary::of).toList());
  }

  /**
   * Not finite first, then by what the first target would lose, then by magnitude, then by name.
   */
  private static final Comparator<LayerSummary> WORST_FIRST =
      Comparator.comparingLong((LayerSummary layer) -> orZero(layer.nonFinite()))
          .thenComparingLong(layer -> first(layer).overflow())
          .thenComparingLong(layer -> first(layer).underflow())
          .thenComparingLong(layer -> first(layer).inexact())
          .thenComparingLong(layer -> first(layer).subnormal())
          .thenComparingDouble(layer -> layer.absMax() == null ? 0 : layer.absMax())
          .reversed()
          .thenComparing(LayerSummary::layer);

  private static final LayerSummary.CastSummary NO_CAST =
      new LayerSummary.CastSummary("", 0, 0, 0, 0, 0, null);

  private static LayerSummary.CastSummary first(LayerSummary layer) {
    return layer.casts().isEmpty() ? NO_CAST : layer.casts().get(0);
  }

  private static long orZero(Long count) {
    return count == null ? 0 : count;
  }

  private static Map<String, Long> dtypes(Checkpoint checkpoint) {
    Map<String, Long> dtypes = new TreeMap<>();
    for (TensorEntry tensor : checkpoint.tensors()) {
      dtypes.merge(tensor.dtype().name(), tensor.elements(), Long::sum);
    }
    return dtypes;
  }

  private static Map<String, Long> severities(List<Finding> findings) {
    Map<String, Long> counts = new TreeMap<>();
    for (Severity severity : Severity.values()) {
      counts.put(
          severity.name(),
          findings.stream().filter(finding -> finding.severity() == severity).count());
    }
    return counts;
  }
}
